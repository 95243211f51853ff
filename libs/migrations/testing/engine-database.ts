import pg from 'pg';
import { isOpsError, type OpsError } from '@polydev/errors';
import type { Database } from '../src/drivers/driver';
import { openPostgres } from '../src/drivers/postgres/open';
import { readMigrations } from '../src/files';
import type { Migration } from '../src/migration';
import {
  describeEvent,
  describeResult,
  migrate,
  type MigrateInput,
  type MigrateResult,
  type MigrationEvent,
} from '../src/run';
import { makeFiles, type MigrationFiles } from './engine-files';

/** What a run came to. */
export interface Attempt {
  readonly result: MigrateResult | undefined;
  readonly error: OpsError | undefined;
  readonly events: readonly MigrationEvent[];
  /** All that a user sees, the error with its hint included. */
  readonly text: string;
}

export type Options = Partial<Omit<MigrateInput, 'database' | 'migrations'>>;

/** A database of a test's own with the migrations that are meant for it. */
export interface TestDatabase extends Pick<MigrationFiles, 'directory' | 'write' | 'remove'> {
  readonly url: string;
  readonly migrations: () => readonly Migration[];
  /** Migrates by a connection of its own. Nothing is validated unless a shadow is given. */
  readonly migrate: (options?: Options) => Promise<Attempt>;
  /** Lets `work` have the database as the engine has it. */
  readonly opened: <T>(work: (database: Database) => Promise<T>) => Promise<T>;
  /** Rows of a statement, behind the engine's back. */
  readonly query: <T extends object>(sql: string) => Promise<readonly T[]>;
  /** Names of the tables in `public`. */
  readonly tables: () => Promise<readonly string[]>;
  /** Leaves a transaction open in which the statement was run. What is returned ends it. */
  readonly hold: (sql: string) => Promise<() => Promise<void>>;
  /** Makes the table `gate` and locks it: a file that says `lock table gate` stops there until it is opened. */
  readonly gate: () => Promise<Gate>;
  readonly close: () => void;
}

export interface Gate {
  /** Resolves when somebody waits at it; the number of the server's process. */
  readonly reached: () => Promise<number>;
  readonly open: () => Promise<void>;
}

export const AUTHOR = { by: 'ana@laptop', deployment: '20261127T100000Z-abc1234' };

/** Wraps what is known of a database; `query` is the cluster's. */
export const testDatabase = (url: string, query: TestDatabase['query']): TestDatabase => {
  const files = makeFiles();
  const { directory, write, remove, close } = files;
  const opened: TestDatabase['opened'] = async (work) => {
    const database = await openPostgres({ driver: 'postgres', urlVariable: 'URL' }, { URL: url });
    return work(database).finally(() => database.close());
  };
  const migrations = () => readMigrations(directory);
  return {
    ...{ url, directory, write, remove, migrations, opened, query, close },
    tables: async () => (await query<{ readonly name: string }>(TABLES)).map(({ name }) => name),
    hold: (sql) => hold(url, sql),
    gate: async () => {
      await query('create table gate ()');
      return { open: await hold(url, 'lock table gate'), reached: () => reached(query) };
    },
    migrate: (options = {}) =>
      opened((database) => attempt({ author: AUTHOR, shadow: undefined, ...options, database }, migrations)),
  };
};

const reached = async (query: TestDatabase['query']): Promise<number> => {
  for (;;) {
    const [waiting] = await query<{ readonly pid: number }>(
      "select pid from pg_locks where relation = 'gate'::regclass and not granted",
    );
    if (waiting) return waiting.pid;
  }
};

const TABLES =
  "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1";

const hold = async (connectionString: string, sql: string) => {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`begin; ${sql}`);
  let ended: Promise<void> | undefined;
  return () => (ended ??= client.end());
};

/** Migrates and keeps whatever comes of it. What is no user's situation is thrown. */
export const attempt = async (
  input: Omit<MigrateInput, 'migrations' | 'report'> & Partial<Pick<MigrateInput, 'report'>>,
  migrations: () => readonly Migration[],
): Promise<Attempt> => {
  const events: MigrationEvent[] = [];
  const report = (event: MigrationEvent) => {
    events.push(event);
    input.report?.(event);
  };
  const told = () => events.flatMap(describeEvent).map(({ text }) => text);
  try {
    const result = await migrate({ ...input, migrations: migrations(), report });
    const text = [...told(), ...describeResult(result).map((line) => line.text)].join('\n');
    return { result, error: undefined, events, text };
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return { result: undefined, error, events, text: [...told(), error.message, error.hint].join('\n') };
  }
};
