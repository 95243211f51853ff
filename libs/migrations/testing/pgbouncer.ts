import { chmodSync, chownSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ordinaryUser } from '../src/shadow/ordinary-user';
import type { PostgresCluster } from './postgres-cluster';
import { onFreePort, removedAtExit, startServer } from './server-process';

/** A real pgbouncer of a test's own in transaction mode: two transactions of one client may run in two sessions of the server. */
export interface PgBouncer {
  readonly port: number;
  /** Connection string of the cluster's superuser through the pooler. */
  readonly url: (database?: string) => string;
  readonly close: () => Promise<void>;
}

const PROGRAM = '/usr/sbin/pgbouncer';

/** Puts a pooler before a cluster. Throws where pgbouncer is not installed. */
export const startPgBouncer = async (cluster: PostgresCluster): Promise<PgBouncer> => {
  if (!existsSync(PROGRAM)) throw new Error('No pgbouncer is installed: sudo apt-get install pgbouncer');
  const directory = mkdtempSync(join(tmpdir(), 'polydev-pgbouncer-'));
  const remove = removedAtExit(directory);
  try {
    write(join(directory, 'users.txt'), `"postgres" "${cluster.password}"\n`);
    const bouncer = await onFreePort((port) => {
      const file = join(directory, 'pgbouncer.ini');
      write(file, configuration(cluster.port, { port, directory }));
      return startServer({ argv: [PROGRAM, file], readyWhen: /process up/, killBy: 'SIGKILL' });
    });
    const { port } = bouncer;
    return {
      port,
      url: (database) => cluster.url({ port, ...(database === undefined ? {} : { database }) }),
      close: async () => {
        await bouncer.end('SIGTERM');
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** pgbouncer, which refuses to be root, has to read it, and nobody else: it holds a password. */
const write = (path: string, text: string): void => {
  const user = ordinaryUser();
  writeFileSync(path, text, { mode: 0o600 });
  if (user) [join(path, '..'), path].forEach((one) => chownSync(one, user.uid, user.gid));
  chmodSync(path, 0o600);
};

/** `server_round_robin`: what only holds within one session is found out, since the next transaction gets another one. */
const configuration = (target: number, { port, directory }: { port: number; directory: string }): string => `
[databases]
* = host=127.0.0.1 port=${target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = transaction
auth_type = scram-sha-256
auth_file = ${join(directory, 'users.txt')}
default_pool_size = 10
server_round_robin = 1
max_client_conn = 100
`;
