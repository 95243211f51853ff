import { chmodSync, chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordinaryUser } from '../src/shadow/ordinary-user';
import { runProgram } from '../src/shadow/run-program';
import { makeAuthority, type Authority } from './certificates';

export interface ClusterSettings {
  /** Names in a certificate that an authority of its own signs: `DNS:localhost`. Without, the server has no TLS. */
  readonly tls?: readonly string[];
  /** Further settings of postgresql.conf. */
  readonly config?: Readonly<Record<string, string>>;
}

const DEBIAN = '/usr/lib/postgresql';

/** Directory with Debian's server programs, of the newest version; undefined where there are none. */
export const debianPostgres = (): string | undefined => {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).filter((name) => /^\d+$/.test(name)) : [];
  const bins = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin'));
  return bins.find((bin) => existsSync(join(bin, 'initdb')));
};

/** Makes the files of a cluster in a directory; its password, its authority where it has TLS, and how the server is called. */
export const makeCluster = async (facts: {
  readonly bin: string;
  readonly directory: string;
  readonly password: string;
  readonly settings: ClusterSettings;
}): Promise<{ readonly authority: Authority | undefined; readonly argv: readonly string[] }> => {
  const { directory, settings } = facts;
  await initialise(facts);
  const authority = settings.tls && (await makeAuthority(directory));
  const argv = [...serverArguments(directory, settings), ...(await tlsArguments(authority, settings.tls))];
  giveToServer(directory);
  return { authority, argv };
};

const initialise = async (facts: { bin: string; directory: string; password: string }): Promise<void> => {
  const { bin, directory, password } = facts;
  writeFileSync(join(directory, 'password'), password);
  giveToServer(directory);
  const argv = ['--pgdata', join(directory, 'data'), '--username=postgres', `--pwfile=${join(directory, 'password')}`];
  const options = ['--auth-local=trust', '--auth-host=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8'];
  await runProgram([join(bin, 'initdb'), ...argv, ...options, '--no-sync', '--no-instructions'], ordinaryUser());
};

/** The server's user is not root; a key that others may read it refuses. */
const giveToServer = (directory: string): void => {
  const user = ordinaryUser();
  for (const path of [directory, ...readdirSync(directory).map((name) => join(directory, name))]) {
    if (user) chownSync(path, user.uid, user.gid);
    if (path.endsWith('.key')) chmodSync(path, 0o600);
  }
};

const serverArguments = (directory: string, { config = {} }: ClusterSettings): readonly string[] => {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: directory,
    unix_socket_permissions: '0700',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '50',
    shared_buffers: '16MB',
    ...config,
  };
  return [
    '-D',
    join(directory, 'data'),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
};

const tlsArguments = async (
  authority: Authority | undefined,
  names: readonly string[] = [],
): Promise<readonly string[]> => {
  if (!authority) return [];
  const { certificate, key } = await authority.issue(names);
  return ['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`].flatMap((setting) => ['-c', setting]);
};
