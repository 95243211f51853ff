import type { Database } from '../drivers/driver';
import type { AppliedMigration, Migration } from '../migration';
import { canBeSettled, planMigrations, type Known } from '../plan';
import { readApplied } from '../store';
import { literal } from '../store/literal';
import type { Inconsistency, Mend } from './inconsistency';
import { readHistory } from './supabase-history';

/** Everything in which the files, our records and Supabase's history do not agree, by kind and version. Changes nothing. */
export const findInconsistencies = async (
  database: Pick<Database, 'rows'>,
  migrations: readonly Migration[],
): Promise<readonly Inconsistency[]> => {
  const records = await readApplied(database);
  const plan = planMigrations(migrations, records);
  const known = new Set([...migrations, ...records].map(({ version }) => version));
  const orphans = (await readHistory(database)).filter(({ version }) => !known.has(version));
  return [
    ...plan.drifted.map(drifted),
    ...plan.missing.map(missing),
    ...plan.running.filter((one) => !canBeSettled(one)).map(running),
    ...orphans.map(orphan),
  ];
};

const at = ({ version }: { readonly version: string }) => `version = ${literal(version)}`;
const forget = (record: { readonly version: string }) => `delete from deploy_meta.migrations where ${at(record)}`;

const drifted = ({ migration, record }: Known): Inconsistency => ({
  kind: 'drifted',
  ...migration,
  finding: `The file has SHA-256 ${migration.checksum}; applied was ${record.checksum}.`,
  mends: [
    {
      name: `drifted:${migration.version}`,
      does: 'Records that the database holds what the file says now. Nothing is run.',
      sql: () =>
        `update deploy_meta.migrations set checksum = ${literal(migration.checksum)}, name = ${literal(migration.name)} where ${at(record)}`,
    },
  ],
});

const missing = (record: AppliedMigration): Inconsistency => ({
  kind: 'missing',
  ...record,
  finding: `It is recorded as ${record.state} (${record.by}, ${record.appliedAt}), and there is no file of that version here.`,
  mends: [
    {
      name: `missing:${record.version}`,
      does: 'Forgets the record. What the migration did to the schema stays.',
      // A checkout that is merely behind would forget what others have applied since.
      byNameOnly: true,
      sql: () => forget(record),
    },
  ],
});

const running = ({ migration, record }: Known): Inconsistency => ({
  kind: 'running',
  ...migration,
  finding: `${record.by} began it at ${record.appliedAt} and never reported back; the schema does not tell how it went.`,
  mends: [tookEffect(migration, record), tookNone(record)],
});

const tookEffect = (migration: Migration, record: AppliedMigration): Mend => ({
  name: `took-effect:${record.version}`,
  does: 'Records it as applied: you looked, and its statement took effect.',
  sql: ({ author }) => `update deploy_meta.migrations set state = 'applied', checksum = ${literal(migration.checksum)},
    applied_by = ${literal(author.by)}, deployment = ${literal(author.deployment)} where ${at(record)} and state = 'running'`,
});

const tookNone = (record: AppliedMigration): Mend => ({
  name: `took-no-effect:${record.version}`,
  does: 'Makes it pending again: you looked, and its statement did not take effect.',
  sql: () => `${forget(record)} and state = 'running'`,
});

const orphan = (entry: { readonly version: string; readonly name: string }): Inconsistency => ({
  kind: 'orphan',
  ...entry,
  finding:
    "Supabase's history has it, and neither a file nor a record of ours knows of it: somebody applied it by other means.",
  mends: [
    {
      name: `orphan:${entry.version}`,
      does: "Removes it from Supabase's history. What it did to the schema stays; write it as a file if it is to last.",
      sql: () => `delete from supabase_migrations.schema_migrations where ${at(entry)}`,
    },
  ],
});
