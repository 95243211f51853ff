import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Authority } from './certificates';
import { debianPostgres, makeCluster, type ClusterSettings } from './cluster-files';
import { onFreePort, removedAtExit, startServer, type ServerProcess } from './server-process';

export type { ClusterSettings } from './cluster-files';

/** What may differ from a connection string's defaults: the cluster's own superuser, on 127.0.0.1. */
export interface UrlParts {
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
  readonly host?: string;
  readonly port?: number;
  /** What stands behind `?`: `{ sslmode: 'verify-full' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A real PostgreSQL of Debian's, of a test's own: on 127.0.0.1, with passwords (scram-sha-256), and gone when it is closed. */
export interface PostgresCluster {
  readonly port: number;
  /** Of the superuser `postgres`; has characters that a URL has to escape. */
  readonly password: string;
  /** Temporary directory with all of its files; the server's user may write there. */
  readonly directory: string;
  /** The authority behind the server's certificate, where it was started with one. */
  readonly authority: Authority | undefined;
  readonly url: (parts?: UrlParts) => string;
  /** Makes an empty database of a new name. Its name, and its connection string with the superuser. */
  readonly createDatabase: () => Promise<{ readonly name: string; readonly url: string }>;
  /** Rows of one statement, by a connection of its own as superuser: for looking behind the back of what is tested. */
  readonly query: <T extends object>(sql: string, database?: string) => Promise<readonly T[]>;
  /** Ends the server as a crash would (`SIGQUIT`), by cutting everybody off (`SIGINT`) or by waiting for everybody (`SIGTERM`). */
  readonly stop: (signal?: 'SIGQUIT' | 'SIGINT' | 'SIGTERM') => Promise<void>;
  /** Starts the stopped server on the same port. */
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Initialises a cluster (about a second) and starts it. Throws where PostgreSQL is not installed. */
export const startPostgres = async (settings: ClusterSettings = {}): Promise<PostgresCluster> => {
  const bin = debianPostgres();
  if (bin === undefined) throw new Error('No PostgreSQL is installed: sudo apt-get install postgresql');
  const directory = mkdtempSync(join(tmpdir(), 'polydev-pg-'));
  const remove = removedAtExit(directory);
  try {
    const password = `p@ss/${randomBytes(9).toString('base64')}%`;
    const { authority, argv } = await makeCluster({ bin, directory, password, settings });
    const run = (port: number) =>
      startServer({
        argv: [join(bin, 'postgres'), ...argv, '-p', String(port)],
        readyWhen: /ready to accept connections/,
        killBy: 'SIGQUIT',
      });
    const server = await onFreePort(run);
    return clusterOf({ directory, password, authority, run, server, remove });
  } catch (error) {
    await remove();
    throw error;
  }
};

interface Started {
  readonly directory: string;
  readonly password: string;
  readonly authority: Authority | undefined;
  readonly run: (port: number) => Promise<ServerProcess | undefined>;
  readonly server: ServerProcess & { readonly port: number };
  readonly remove: () => Promise<void>;
}

const clusterOf = ({ directory, password, authority, run, server, remove }: Started): PostgresCluster => {
  const { port } = server;
  let running: ServerProcess = server;
  const url = (parts: UrlParts = {}) => connectionString({ port, password, ...parts });
  const query = async <T extends object>(sql: string, database?: string) => {
    const client = new pg.Client({ connectionString: url(database === undefined ? {} : { database }) });
    await client.connect();
    return client
      .query<T>(sql)
      .then(({ rows }) => rows)
      .finally(() => client.end());
  };
  const stop = (signal: NodeJS.Signals = 'SIGQUIT') => running.end(signal);
  return {
    ...{ port, password, directory, authority, url, query, stop },
    createDatabase: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await query(`create database ${name}`);
      return { name, url: url({ database: name }) };
    },
    start: async () => {
      const started = await run(port);
      if (!started) throw new Error(`port ${port} is taken`);
      running = started;
    },
    close: async () => {
      await stop();
      await remove();
    },
  };
};

const connectionString = (parts: UrlParts & { readonly password: string; readonly port: number }): string => {
  const { user = 'postgres', password, host = '127.0.0.1', port, database = 'postgres', parameters = {} } = parts;
  const query = new URLSearchParams(parameters).toString();
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `postgres://${login}@${host}:${port}/${encodeURIComponent(database)}${query && `?${query}`}`;
};
