import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres, type PostgresCluster } from './embedded-cluster';

const MIGRATIONS = join(__dirname, '../../database/supabase/migrations');
const PASSWORD = 'controller-password';

/** A database with the schema of apps/database, in a PostgreSQL of a test's own. */
export interface HistoryDatabase {
  readonly name: string;
  /** Connection string of the service's own role. */
  readonly url: string;
  /** Rows of one statement as the superuser, who sees what is really there. */
  readonly look: <T extends object>(sql: string) => Promise<readonly T[]>;
}

/** Applies the migrations of apps/database to the database behind a connection string. */
export async function applyMigrations(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const name of readdirSync(MIGRATIONS).sort()) await client.query(readFileSync(join(MIGRATIONS, name), 'utf8'));
  await client.query(`alter role master_controller login password '${PASSWORD}'`);
  await client.end();
}

/** Makes a database of its own in the cluster; `migrated` = with its schema. */
export async function makeHistoryDatabase(cluster: PostgresCluster, migrated = true): Promise<HistoryDatabase> {
  const { name, url } = await cluster.createDatabase();
  if (migrated) await applyMigrations(url);
  return {
    name,
    url: cluster.url({ database: name, user: 'master_controller', password: PASSWORD }),
    look: (sql) => cluster.query(sql, name),
  };
}

export { startPostgres, type PostgresCluster };
