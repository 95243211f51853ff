import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shadowNotStarted } from '@polydev/errors';
import { asUser, spawnedAs } from './as-user';
import { identityOf } from './identity';
import { clearLeftovers } from './leftovers';
import { programOptions, runProgram } from './run-program';
import { makeOwned, templateDirectory, type ClusterSource } from './template';

/** A PostgreSQL of our own that runs for as long as it is needed, and leaves nothing. */
export interface ThrowawayCluster {
  /** Connection string of its superuser, by a socket in a directory that nobody else gets into. */
  readonly url: string;
  /** Where `extension/<name>.control` of extensions that it does not come with may be put. */
  readonly extensions: string;
  readonly close: () => Promise<void>;
}

/** The longest path of a Unix socket that every system takes (`sun_path` of 104 bytes on macOS, 108 on Linux). */
const LONGEST_SOCKET = 103;

/**
 * Copies the template and starts it: no port, no password, nothing of it is synced to the disk. What a process that was killed left
 * behind is cleared away first. Throws SHADOW_NOT_STARTED, SHADOW_PROGRAM_FAILED.
 */
export const startThrowawayCluster = async (source: ClusterSource): Promise<ThrowawayCluster> => {
  const template = await templateDirectory(source);
  const clusters = source.running ?? join(source.cache, 'running');
  mkdirSync(clusters, { recursive: true });
  clearLeftovers(clusters);
  const home = makeHome(clusters, source);
  try {
    // `--reflink` and what stands in for it copies in some ten milliseconds; by hand it would be a thousand calls.
    const reflink = process.platform === 'linux' ? ['--reflink=auto'] : [];
    await runProgram(['cp', '-Rp', ...reflink, template, join(home.directory, 'data')], source.user);
    return await start(source, home);
  } catch (error) {
    home.remove();
    throw error;
  }
};

interface Home {
  readonly directory: string;
  readonly socket: string;
  readonly remove: () => void;
}

/** Named for the process that it belongs to, so that the next one knows when it was left behind. */
const makeHome = (clusters: string, { user }: ClusterSource): Home => {
  const name = `${process.pid}.${identityOf(process.pid)?.ticks ?? 0}.${randomBytes(4).toString('hex')}`;
  const directory = join(clusters, name);
  makeOwned(directory, user);
  const fits = join(directory, SOCKET_FILE).length <= LONGEST_SOCKET;
  const socket = fits ? directory : join(tmpdir(), `polydev-${name}`);
  if (!fits) makeOwned(socket, user);
  const extensions = join(directory, 'extensions');
  makeOwned(extensions, user);
  return {
    directory,
    socket,
    remove: () => [directory, socket].forEach((path) => rmSync(path, { recursive: true, force: true })),
  };
};

const SOCKET_FILE = '.s.PGSQL.5432';

const start = async (
  { programs, user }: ClusterSource,
  { directory, socket, remove }: Home,
): Promise<ThrowawayCluster> => {
  const extensions = join(directory, 'extensions');
  const argv = ['-D', join(directory, 'data'), ...settings({ socket, extensions })];
  const [program, ...rest] = asUser([join(programs.root, 'bin/postgres'), ...argv], user);
  // When we end in an orderly way, execa ends it; the next start clears up after a kill.
  const server = execa(program, rest, {
    ...programOptions(spawnedAs(user)),
    reject: false,
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: { stderr: false },
  });
  const lines: string[] = [];
  const ready = new Promise<boolean>((resolve) => {
    server.stderr.on('data', (chunk: Buffer) => {
      if (lines.length < 50) lines.push(chunk.toString());
      if (lines.join('').includes('ready to accept connections')) resolve(true);
    });
    void server.then(() => resolve(false));
  });
  if (!(await ready)) throw shadowNotStarted({ output: lines.join('') });
  return {
    url: `postgres://postgres@/postgres?host=${encodeURIComponent(socket)}`,
    extensions,
    close: async () => {
      // Immediate: what it holds is thrown away.
      server.kill('SIGQUIT');
      await server;
      if (existsSync(directory)) remove();
    },
  };
};

/** https://www.postgresql.org/docs/current/runtime-config.html; the first group keeps it to itself, the second makes it quick. */
const settings = ({
  socket,
  extensions,
}: {
  readonly socket: string;
  readonly extensions: string;
}): readonly string[] =>
  Object.entries({
    listen_addresses: '',
    unix_socket_directories: socket,
    unix_socket_permissions: '0700',
    extension_control_path: `${extensions}:$system`,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    jit: 'off',
    max_wal_senders: '0',
    max_connections: '20',
    shared_buffers: '16MB',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
