import { join } from 'node:path';
import { asUser, ordinaryUser } from '@polydev/migrations/embedded';
import { UNIT_DEFAULTS, type UnitDefinition } from '../daemon/unit-definition';
import { requirePrograms } from './make-cluster';

/** Name of the unit, as Debian's is called. */
export const DATABASE_UNIT = 'postgresql';

/** https://www.postgresql.org/docs/current/runtime-config.html */
const settings = (port: number): readonly string[] =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    port: String(port),
    // A folder's path may be too long for a socket.
    unix_socket_directories: '',
    shared_buffers: '16MB',
    max_connections: '50',
    timezone: 'UTC',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The unit that runs the database kept in `directory`: started again however it ends. */
export const databaseUnit = (directory: string, port: number): UnitDefinition => {
  const data = join(directory, 'data');
  const program = join(requirePrograms().root, 'bin/postgres');
  return {
    ...UNIT_DEFAULTS,
    description: 'PostgreSQL',
    command: asUser([program, '-D', data, ...settings(port)], ordinaryUser()),
    workingDirectory: directory,
    // Its end by SIGQUIT, an immediate shutdown, has exit code 0 too.
    restart: 'always',
    // PostgreSQL's fast shutdown: SIGTERM would wait until the last client has gone.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 10_000,
  };
};
