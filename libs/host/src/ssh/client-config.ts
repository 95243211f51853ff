import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { SshOptions } from './options';

/** What is known of the way to a host once `~/.ssh/config` has been asked. Paths are absolute. */
export interface ClientConfig {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  /** Only the identity files' keys may be tried, also of those that the agent holds. */
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket. */
  readonly agent: string | undefined;
  readonly knownHostsFiles: readonly string[];
  /** Name under which known_hosts files list the host, if not its own. */
  readonly hostKeyAlias: string | undefined;
  /** Hosts to go through, nearest first: `[user@]host[:port]`. */
  readonly jumps: readonly string[];
  readonly proxyCommand: string | undefined;
}

/** Options of a connection on the way to another one. */
export interface WayOptions extends SshOptions {
  /** Believed besides the configured files: what the manifest names for a host holds for the jump hosts before it too. */
  readonly moreKnownHostsFiles?: readonly string[];
}

/** Reads `ssh -G`, where there is an `ssh`; explicit options win. Without `ssh`, OpenSSH's defaults hold. */
export const readClientConfig = async (options: WayOptions): Promise<ClientConfig> => {
  const env = options.env ?? process.env;
  const settings = await askSsh(options, env);
  const first = (key: string): string | undefined => settings.get(key)?.[0];
  const named = (key: string): string | undefined => (first(key) === 'none' ? undefined : first(key));
  const way = {
    hostName: first('hostname') ?? options.address,
    port: options.port ?? Number(first('port') ?? 22),
    user: options.user ?? first('user') ?? userInfo().username,
  };
  const expand = (path: string) => expandPath(path, { ...way, alias: options.address, env });
  const files = (key: string, defaults: string) =>
    (first(key) ?? defaults).split(/\s+/).filter((path) => path !== 'none');
  return {
    ...way,
    identityFiles: (settings.get('identityfile') ?? DEFAULT_IDENTITIES).filter((path) => path !== 'none').map(expand),
    identitiesOnly: first('identitiesonly') === 'yes',
    agent: agentSocket(first('identityagent'), env, expand),
    knownHostsFiles: [
      ...(options.moreKnownHostsFiles ?? []),
      ...(options.knownHostsFile
        ? [options.knownHostsFile]
        : [...files('userknownhostsfile', USER_FILES), ...files('globalknownhostsfile', GLOBAL_FILES)].map(expand)),
    ],
    hostKeyAlias: named('hostkeyalias'),
    jumps: named('proxyjump')?.split(',') ?? [],
    proxyCommand: named('proxycommand'),
  };
};

/** ssh_config(5), for machines without `ssh`. */
const DEFAULT_IDENTITIES = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];
const USER_FILES = '~/.ssh/known_hosts ~/.ssh/known_hosts2';
const GLOBAL_FILES = '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2';

/** Keys in lower case with their values in order; empty where `ssh` is missing or does not like the configuration. */
const askSsh = async (
  options: SshOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const { address, user, port, sshConfigFile } = options;
  const argv = [
    '-G',
    ...(sshConfigFile ? ['-F', sshConfigFile] : []),
    ...(user ? ['-l', user] : []),
    ...(port ? ['-p', String(port)] : []),
    '--',
    address,
  ];
  const { stdout, failed } = await execa('ssh', argv, {
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 5_000,
  });
  const settings = new Map<string, string[]>();
  for (const line of failed ? [] : stdout.split('\n')) {
    const [, key = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    settings.set(key, [...(settings.get(key) ?? []), value]);
  }
  return settings;
};

const agentSocket = (
  setting: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  expand: (path: string) => string,
): string | undefined => {
  if (setting === 'none') return undefined;
  if (setting === undefined || setting === 'SSH_AUTH_SOCK') return env['SSH_AUTH_SOCK'] || undefined;
  return setting.startsWith('$') ? env[setting.slice(1)] : expand(setting);
};

interface Tokens {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly alias: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A path of ssh_config with `~`, `${VARIABLE}` and the tokens that are of use in a path (ssh_config(5), TOKENS). */
const expandPath = (path: string, tokens: Tokens): string => {
  const home = tokens.env['HOME'] ?? homedir();
  return expandTokens(
    path.replace(/^~(?=\/|$)/, home).replace(/\$\{(\w+)\}/g, (_, name: string) => tokens.env[name] ?? ''),
    tokens,
  );
};

/** Replaces `%h`, `%n`, `%p`, `%r`, `%u`, `%d`, `%i` and `%%`; leaves the rest as it is. */
export const expandTokens = (text: string, tokens: Omit<Tokens, 'env'> & { env: Tokens['env'] }): string => {
  const values: Readonly<Record<string, string>> = {
    h: tokens.hostName,
    n: tokens.alias,
    p: String(tokens.port),
    r: tokens.user,
    u: userInfo().username,
    d: tokens.env['HOME'] ?? homedir(),
    i: String(userInfo().uid),
    '%': '%',
  };
  return text.replace(/%(.)/g, (token, letter: string) => values[letter] ?? token);
};

/** `~/.ssh/known_hosts`, for messages when no file is configured. */
export const defaultKnownHosts = (): string => join(homedir(), '.ssh', 'known_hosts');
