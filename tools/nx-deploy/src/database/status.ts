import type { DatabaseStatus } from '@polydev/contract';
import type { Database, Migration } from '@polydev/migrations';
import { type DatabaseInput, migrationsOf, withDatabase } from './connect';
import { engine } from './engine';

/** What an open database and the files of this checkout know of each migration. */
export const statusOf = async (
  opened: Database,
  { files, database, environment }: Pick<DatabaseInput, 'database' | 'environment'> & { files: readonly Migration[] },
): Promise<DatabaseStatus> => {
  const { databaseStatus } = await engine();
  return databaseStatus({ database: opened, migrations: files, target: database.name, environment: environment.name });
};

/** The same, of a database that is opened for it. Throws what stands in the way. */
export const statusOfDatabase = async (input: DatabaseInput): Promise<DatabaseStatus> => {
  const files = await migrationsOf(input);
  return withDatabase(input, (opened) => statusOf(opened, { ...input, files }));
};

/** States of a migration that a run would apply. */
const PENDING = ['pending', 'failed', 'running'];

/** What a run would apply, by rising version. Pure. */
export const pendingOf = ({ migrations }: Pick<DatabaseStatus, 'migrations'>): DatabaseStatus['migrations'] =>
  migrations.filter(({ state }) => PENDING.includes(state));
