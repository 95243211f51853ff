import type { DatabaseStatus, MigrationView } from '@polydev/contract';
import type { Event } from '@polydev/reporting';
import { pendingOf } from './status';

/** A database's status as people read it; `limit` leaves out the oldest of what is applied. Pure. */
export const databaseStatusEvents = (status: DatabaseStatus, limit: number | undefined): readonly Event[] => {
  const { target, environment, address, schemaVersion, migrations } = status;
  const shown = limit === undefined ? migrations : migrations.slice(-limit);
  const hidden = migrations.length - shown.length;
  return [
    { kind: 'headline', text: `${target} in ${environment}, ${address}` },
    ...(hidden === 0 ? [] : [{ kind: 'note' as const, text: `${hidden} older migrations are left out.` }]),
    ...(migrations.length === 0
      ? [{ kind: 'note' as const, text: 'There are no migrations yet.' }]
      : [{ kind: 'table' as const, columns: COLUMNS, rows: shown.map(row) }]),
    ...warnings(status),
    { kind: 'note', text: summary(status, schemaVersion) },
  ];
};

const COLUMNS = ['version', 'name', 'state', 'checksum', 'at', 'by', 'deployment', 'took'];

const row = (view: MigrationView): readonly string[] => [
  view.version,
  view.name,
  view.state,
  view.checksum.slice(0, SHORT),
  view.appliedAt ?? '',
  view.by ?? '',
  view.deployment ?? '',
  view.durationMs === undefined ? '' : `${view.durationMs} ms`,
];

/** Letters of a hash that people compare. */
const SHORT = 12;

const summary = (status: DatabaseStatus, version: string | undefined): string => {
  const pending = pendingOf(status).length;
  const schema = version === undefined ? 'It was never migrated' : `The schema is at ${version}`;
  return pending === 0 ? `${schema}; nothing is pending.` : `${schema}; ${pending} pending.`;
};

const warnings = ({ target, migrations }: DatabaseStatus): readonly Event[] =>
  migrations.flatMap((view) => {
    const text = WARNINGS[view.state]?.(view);
    return text === undefined ? [] : [{ kind: 'warning' as const, text, hint: HINTS[view.state]?.(target) ?? '' }];
  });

const WARNINGS: Readonly<Partial<Record<MigrationView['state'], (view: MigrationView) => string>>> = {
  drifted: ({ version, name, checksum, appliedChecksum = 'unknown' }) =>
    `${version}_${name} was edited after it had been applied: SHA-256 ${appliedChecksum} then, ${checksum} now.`,
  failed: ({ version, name, transaction }) =>
    transaction === 'none'
      ? `${version}_${name} failed outside of a transaction, and may have left something, as an invalid index.`
      : `${version}_${name} failed, and nothing of it is in the schema.`,
  running: ({ version, name, by = 'somebody' }) => `${version}_${name} was begun by ${by} and has not reported back.`,
  missing: ({ version, name, failed }) =>
    failed
      ? `${version}_${name} failed, and there is no file of it here any more.`
      : `${version}_${name} is recorded, and there is no file of it here.`,
};

const repair = (target: string) => `\`npx nx run ${target}:migrate --repair\` shows what can be mended.`;
const again = (target: string) => `\`npx nx run ${target}:migrate\` takes it up again.`;
const HINTS: Readonly<Partial<Record<MigrationView['state'], (target: string) => string>>> = {
  drifted: repair,
  failed: again,
  running: again,
  missing: repair,
};
