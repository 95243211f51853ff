import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asUser, ordinaryUser, postgresPrograms, runProgram, templateDirectory } from '@polydev/migrations/embedded';
import { Client } from 'pg';

/** Who logs in to which database; the superuser to its own where nothing is said. */
export interface Login {
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
}

/**
 * The PostgreSQL that npm installs, of a test's own, on 127.0.0.1 and with passwords: these tests are run before every
 * deploy, so they must not need one of the system's.
 */
export interface PostgresCluster {
  readonly url: (login?: Login) => string;
  /** Makes an empty database. Its name, and its connection string with the superuser. */
  readonly createDatabase: () => Promise<{ readonly name: string; readonly url: string }>;
  /** Rows of one statement, as superuser. */
  readonly query: <T extends object>(sql: string, database?: string) => Promise<readonly T[]>;
  /** Cuts everybody off and ends the server; nothing that was written is lost. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const SUPERUSER_PASSWORD = 'superuser-password';

/** Initialises a cluster (about a second) and starts it. */
export async function startPostgres(): Promise<PostgresCluster> {
  const programs = postgresPrograms();
  if (!programs) throw new Error(`npm installed no PostgreSQL for ${process.platform}-${process.arch}`);
  const directory = mkdtempSync(join(tmpdir(), 'controller-pg-'));
  const user = ordinaryUser();
  if (user) chownSync(directory, user.uid, user.gid);
  const data = await templateDirectory({ programs, user, cache: directory });
  writeFileSync(join(data, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
  const program = join(programs.root, 'bin/postgres');
  const password = `alter role postgres password '${SUPERUSER_PASSWORD}'\n`;
  await runProgram([program, '--single', '-c', 'exit_on_error=on', '-D', data, 'postgres'], user, password);
  const port = await freePort();
  const argv = [program, '-D', data, '-p', String(port), '-k', '', '-c', 'listen_addresses=127.0.0.1', '-F'] as const;
  return runningCluster({ argv: asUser([...argv], user), port, directory });
}

interface Prepared {
  readonly argv: readonly [string, ...string[]];
  readonly port: number;
  readonly directory: string;
}

async function runningCluster({ argv, port, directory }: Prepared): Promise<PostgresCluster> {
  let server = await startServer(argv);
  const url = ({ database = 'postgres', user = 'postgres', password = SUPERUSER_PASSWORD }: Login = {}) =>
    `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  const query = async <T extends object>(sql: string, database?: string) => {
    const client = new Client({ connectionString: url(database === undefined ? {} : { database }) });
    await client.connect();
    const result = client.query<T>(sql).then(({ rows }) => rows);
    return result.finally(() => client.end());
  };
  const stop = () => endServer(server);
  return {
    url,
    query,
    stop,
    start: async () => void (server = await startServer(argv)),
    createDatabase: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await query(`create database ${name}`);
      return { name, url: url({ database: name }) };
    },
    close: async () => {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startServer([program, ...rest]: readonly [string, ...string[]]): Promise<ChildProcess> {
  const server = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
  const kill = () => server.kill('SIGQUIT');
  process.on('exit', kill);
  server.once('exit', () => process.off('exit', kill));
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)));
  });
  return server;
}

/** A fast shutdown. */
async function endServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGINT');
  await once(server, 'exit');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
