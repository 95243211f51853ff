import type { DatabaseStatus, MigrationView } from '@polydev/contract';
import type { Database } from '../drivers/driver';
import type { AppliedMigration, Migration } from '../migration';
import { isDone, planMigrations } from '../plan';
import { readApplied } from '../store';

export interface StatusInput {
  readonly database: Database;
  readonly migrations: readonly Migration[];
  readonly target: string;
  readonly environment: string;
}

/** Every migration that the files or the database know of, by rising version. Changes nothing in the database. */
export const databaseStatus = async ({
  database,
  migrations,
  target,
  environment,
}: StatusInput): Promise<DatabaseStatus> => {
  const records = await readApplied(database);
  const { schemaVersion, missing } = planMigrations(migrations, records);
  const recordOf = new Map(records.map((record) => [record.version, record]));
  const views = [
    ...migrations.map((migration) => viewOf(migration, recordOf.get(migration.version))),
    ...missing.map(missingView),
  ];
  return {
    target,
    environment,
    driver: database.driver,
    address: database.address,
    ...(schemaVersion === undefined ? {} : { schemaVersion }),
    migrations: views.sort((a, b) => (a.version < b.version ? -1 : 1)),
  };
};

const viewOf = (migration: Migration, record: AppliedMigration | undefined): MigrationView => {
  const { version, name, checksum } = migration;
  const alone = migration.transaction === 'none' ? { transaction: 'none' as const } : {};
  if (!record) return { version, name, checksum, ...alone, state: 'pending' };
  const drifted = isDone(record) && record.checksum !== checksum;
  return {
    ...recordView(record),
    name,
    checksum,
    ...alone,
    appliedChecksum: record.checksum,
    state: drifted ? 'drifted' : record.state,
  };
};

const missingView = (record: AppliedMigration): MigrationView => ({
  ...recordView(record),
  state: 'missing',
  checksum: record.checksum,
  ...(record.state === 'failed' ? { failed: true } : {}),
});

const recordView = ({ version, name, appliedAt, by, deployment, durationMs }: AppliedMigration) => ({
  version,
  name,
  appliedAt,
  by,
  ...(deployment === undefined ? {} : { deployment }),
  ...(durationMs === undefined ? {} : { durationMs }),
});
