import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShadowSource } from '../src/shadow';
import { testDatabase, type TestDatabase } from './engine-database';
import { startPostgres, type ClusterSettings, type PostgresCluster } from './postgres-cluster';

/** A PostgreSQL for the tests of one file, with as many databases as they want. */
export interface EngineWorld {
  readonly cluster: () => PostgresCluster;
  /** A new, empty database with no migrations; `port` is that of a pooler before it. */
  readonly database: (port?: number) => Promise<TestDatabase>;
  /** Directory for templates of clusters; removed when the tests have ended. */
  readonly cache: string;
  /** A shadow's source that leaves nothing behind. */
  readonly shadow: () => ShadowSource;
}

/** Starts the cluster before the file's tests and removes everything after them. */
export const engineWorld = (settings: ClusterSettings = {}): EngineWorld => {
  const made: TestDatabase[] = [];
  let started: PostgresCluster | undefined;
  const cache = mkdtempSync(join(tmpdir(), 'polydev-shadows-'));
  // As root the server runs as another user, who has to get through.
  chmodSync(cache, 0o755);
  const cluster = () => {
    if (!started) throw new Error('The cluster starts before the first test.');
    return started;
  };
  beforeAll(async () => {
    started = await startPostgres(settings);
  }, 60_000);
  afterAll(async () => {
    made.forEach(({ close }) => close());
    await started?.close();
    rmSync(cache, { recursive: true, force: true });
  });
  return {
    cluster,
    cache,
    shadow: () => ({ env: { XDG_CACHE_HOME: cache } }),
    database: async (port) => {
      const { name } = await cluster().createDatabase();
      const url = cluster().url({ database: name, ...(port === undefined ? {} : { port }) });
      const database = testDatabase(url, (sql) => cluster().query(sql, name));
      made.push(database);
      return database;
    },
  };
};
