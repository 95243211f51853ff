import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from '../src/ssh/known-hosts';
import type { SshOptions } from '../src/ssh/options';
import { type HostKeyType, type KeyPair, makeKey } from './keys';
import { childrenOf } from './processes';

/** A real OpenSSH server of a test's own, as an ordinary process on 127.0.0.1. */
export interface TestSshd {
  readonly port: number;
  /** Temporary directory with all of its files; a test may put its own there. */
  readonly directory: string;
  readonly user: string;
  /** Private key that may log in. */
  readonly clientKey: KeyPair;
  readonly hostKeys: readonly KeyPair[];
  /** The host's keys under `[127.0.0.1]:*`, so that a proxy's port is known too. */
  readonly knownHostsFile: string;
  /** `SHA256:…` of each host key. */
  readonly fingerprints: readonly string[];
  /** What {@link connectSsh} needs; nothing of the user's own ssh configuration, keys or agent is used. */
  options(overrides?: Partial<SshOptions>): SshOptions;
  /** A known_hosts line for a host key, optionally with the host's name hashed. */
  knownHostsLine(settings?: { readonly name?: string; readonly key?: KeyPair; readonly hashed?: boolean }): string;
  /** Kills the processes of all connections, as a host that crashes would; the server goes on. */
  killConnections(): void;
  /** Ends the server and all connections, and removes the directory. */
  stop(): Promise<void>;
}

export interface SshdSettings {
  /** Default: one ed25519 key. */
  readonly hostKeys?: readonly HostKeyType[];
  /** Further lines of sshd_config, for instance `AllowTcpForwarding no`. First value wins in sshd, and these come first. */
  readonly config?: readonly string[];
}

const SSHD = '/usr/sbin/sshd';

/** Why no test server can be started here, with what to do about it; undefined where one can. */
export const sshdMissing = (): string | undefined => {
  if (process.platform !== 'linux') return 'The tests over SSH need Linux.';
  return existsSync(SSHD) ? undefined : 'No OpenSSH server is installed: sudo apt-get install openssh-server';
};

/** Starts a server and waits until it listens. Throws when it does not. */
export const startSshd = async (settings: SshdSettings = {}): Promise<TestSshd> => {
  const directory = mkdtempSync(join(tmpdir(), 'polydev-sshd-'));
  const hostKeys = (settings.hostKeys ?? ['ed25519']).map((type) => makeKey(join(directory, `host_${type}`), type));
  const clientKey = makeKey(join(directory, 'client'));
  writeFileSync(join(directory, 'authorized_keys'), `${clientKey.public}\n`);
  writeFileSync(join(directory, 'ssh_config'), '');
  const knownHostsFile = join(directory, 'known_hosts');
  writeFileSync(knownHostsFile, hostKeys.map((key) => `[127.0.0.1]:* ${key.public}\n`).join(''));
  // Privilege separation, which only root's sshd has, wants this directory.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const { server, port } = await listen(directory, [
    ...(settings.config ?? []),
    ...hostKeys.map(({ path }) => `HostKey ${path}`),
  ]);
  const user = userInfo().username;
  return {
    port,
    directory,
    user,
    clientKey,
    hostKeys,
    knownHostsFile,
    fingerprints: hostKeys.map((key) => fingerprint(Buffer.from(key.public.split(' ')[1] ?? '', 'base64'))),
    options: (overrides = {}) => ({
      name: 'test-host',
      address: '127.0.0.1',
      port,
      user,
      identityFile: clientKey.path,
      knownHostsFile,
      sshConfigFile: join(directory, 'ssh_config'),
      env: { PATH: process.env['PATH'], HOME: directory },
      ...overrides,
    }),
    knownHostsLine: ({ name = `[127.0.0.1]:${port}`, key = hostKeys[0] as KeyPair, hashed = false } = {}) =>
      `${hashed ? hashName(name) : name} ${key.public}\n`,
    killConnections: () => killSessions(server),
    stop: () => stop(server, directory),
  };
};

const hashName = (name: string): string => {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

/** sshd cannot choose a free port itself, so another process may be quicker: a few tries. */
const listen = async (
  directory: string,
  config: readonly string[],
): Promise<{ server: ChildProcess; port: number }> => {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const file = join(directory, 'sshd_config');
    writeFileSync(file, [...config, ...sshdConfig(directory, port)].map((line) => `${line}\n`).join(''));
    const server = spawn(SSHD, ['-D', '-e', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    // A test run that breaks off leaves no server behind.
    const kill = () => server.kill('SIGKILL');
    process.setMaxListeners(0);
    process.on('exit', kill);
    server.once('exit', () => process.off('exit', kill));
    const trouble = await listening(server);
    if (trouble === undefined) return { server, port };
    if (tries === 5 || !/in use/i.test(trouble)) throw new Error(`sshd does not start: ${trouble}`);
  }
};

const sshdConfig = (directory: string, port: number): string[] => [
  `Port ${port}`,
  'ListenAddress 127.0.0.1',
  `PidFile ${join(directory, 'sshd.pid')}`,
  `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
  'StrictModes no',
  'UsePAM no',
  'PasswordAuthentication no',
  'KbdInteractiveAuthentication no',
  'PermitRootLogin yes',
  'MaxStartups 100',
  'LogLevel INFO',
  // The developer's own start-up files would make every command slow, and its output theirs.
  `SetEnv "HOME=${directory}" "PATH=${process.env['PATH'] ?? ''}"`,
];

/** Undefined once the server listens, else what it said when it ended. */
const listening = (server: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    let log = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4096);
      if (log.includes('Server listening')) resolve(undefined);
    });
    server.on('error', (error) => resolve(error.message));
    server.on('exit', () => resolve(log.trim()));
  });

/** A port of 127.0.0.1 that nothing listened on a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** Each connection is a child of the server, and where privileges are separated a child of that. Commands are left alone. */
const killSessions = (server: ChildProcess): void => {
  const sessions = childrenOf(server.pid ?? 0);
  const all = [...sessions.flatMap(({ pid }) => childrenOf(pid)), ...sessions];
  for (const { pid } of all.filter(({ name }) => name.startsWith('sshd'))) killIfRunning(pid);
};

const killIfRunning = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
};

const stop = async (server: ChildProcess, directory: string): Promise<void> => {
  killSessions(server);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  if (server.exitCode === null && server.kill()) await ended;
  rmSync(directory, { recursive: true, force: true });
};
