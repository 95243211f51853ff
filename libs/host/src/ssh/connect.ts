import { setMaxListeners } from 'node:events';
import { hostUnreachable, isOpsError } from '@polydev/errors';
import { NodeSSH } from 'node-ssh';
import type { Host } from '../host';
import { planLogin } from './auth';
import { type ClientConfig, readClientConfig, type WayOptions } from './client-config';
import { connectError } from './connect-error';
import { HostKeyCheck } from './host-key';
import { type LoginTrace, tryInOrder } from './login';
import type { SshOptions } from './options';
import { SshHost } from './ssh-host';
import { jumpOptions, openProxyCommand, openSocket, type Transport } from './transport';

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_MS = 5_000;
/** A longer way is taken for one that goes in a circle. */
const MOST_JUMPS = 8;

/**
 * Opens the one connection to a host. Host keys are checked strictly against known_hosts; `~/.ssh/config` is honoured
 * where there is an `ssh` (HostName, Port, User, IdentityFile, IdentityAgent, IdentitiesOnly, UserKnownHostsFile,
 * GlobalKnownHostsFile, HostKeyAlias, ProxyJump, ProxyCommand).
 * Throws HOST_UNREACHABLE, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED, AUTH_FAILED; COMMAND_CANCELED when
 * `signal` is aborted meanwhile; FORWARDING_REFUSED of a jump host.
 */
export const connectSsh = (options: SshOptions): Promise<Host> => {
  // One signal ends the work on many hosts at once; Node takes more than ten listeners for a leak.
  if (options.signal) setMaxListeners(0, options.signal);
  return connectAlong(options, 0);
};

/** The way to a host, as the options and `~/.ssh/config` say. */
export const wayTo = async (options: WayOptions): Promise<Way> => {
  const config = await readClientConfig(options);
  return {
    options,
    config,
    subject: { host: options.name, address: `${config.user}@${config.hostName}:${config.port}` },
  };
};

const connectAlong = async (options: WayOptions, depth: number): Promise<Host> => {
  const way = await wayTo(options);
  const transport = await openTransport(way, depth);
  try {
    return await logIn(way, transport);
  } catch (error) {
    transport.dispose();
    throw error;
  }
};

export interface Way {
  readonly options: WayOptions;
  readonly config: ClientConfig;
  /** The host for messages. */
  readonly subject: { readonly host: string; readonly address: string };
}

/** Opens what an SSH connection to the host goes over, through its jump hosts; their keys are checked. */
export const openTransport = async (way: Way, depth: number): Promise<Transport> => {
  const { options, config, subject } = way;
  // `Host *` with a ProxyJump holds for the jump host too, which is reached directly.
  const jumps = config.jumps
    .map((jump) => jumpOptions(jump, options))
    .filter(({ address }) => address !== options.address);
  try {
    if (jumps.length > 0) return await throughJumps(way, jumps, depth);
    return config.proxyCommand ? openProxyCommand(config.proxyCommand, options, config) : openSocket(config);
  } catch (error) {
    if (isOpsError(error)) throw error;
    throw hostUnreachable({ ...subject, reason: (error as Error).message, cause: error });
  }
};

/** Goes from jump host to jump host; each connection is made, and its key checked, inside the one before. */
const throughJumps = async (way: Way, jumps: readonly WayOptions[], depth: number): Promise<Transport> => {
  if (depth + jumps.length > MOST_JUMPS) throw new Error('ProxyJump in the ssh configuration goes in a circle');
  const hosts: Host[] = [];
  const dispose = () => void Promise.all(hosts.reverse().map((host) => host.close()));
  try {
    for (const jump of jumps) {
      const previous = hosts.at(-1);
      hosts.push(await (previous ? connectInside(previous, jump) : connectAlong(jump, depth + jumps.length)));
    }
    const last = hosts.at(-1) as Host;
    return { stream: await last.connect(way.config.hostName, way.config.port), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
};

const connectInside = async (previous: Host, options: WayOptions): Promise<Host> => {
  const config = await readClientConfig(options);
  const stream = await previous.connect(config.hostName, config.port);
  const subject = { host: options.name, address: `${config.user}@${config.hostName}:${config.port}` };
  return logIn({ options, config, subject }, { stream, dispose: () => stream.destroy() });
};

const logIn = async ({ options, config, subject }: Way, transport: Transport): Promise<Host> => {
  const { signal, connectTimeoutMs: timeoutMs = CONNECT_TIMEOUT_MS, keepaliveMs = KEEPALIVE_MS } = options;
  // ssh2 does not listen yet while the files are read; it takes up what happened then when it does.
  const early: Error[] = [];
  transport.stream.on('error', (error: Error) => early.push(error));
  const abort = () => transport.stream.destroy(new Error('canceled'));
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  const [hostKey, plan] = await Promise.all([HostKeyCheck.prepare({ ...subject, config }), planLogin(options, config)]);
  const trace: LoginTrace = { began: false, tried: [], accepts: [] };
  try {
    if (early[0]) throw early[0];
    const ssh = await new NodeSSH().connect({
      sock: transport.stream,
      username: config.user,
      algorithms: { serverHostKey: hostKey.algorithms() },
      hostVerifier: (key: Buffer) => hostKey.accepts(key),
      authHandler: tryInOrder(plan.attempts, config.user, trace),
      readyTimeout: timeoutMs,
      keepaliveInterval: keepaliveMs,
      // Silence is judged by `watchSilence`.
      keepaliveCountMax: Number.MAX_SAFE_INTEGER,
    });
    return new SshHost(ssh, { ...subject, transport, silenceMs: 3 * keepaliveMs, redact: options.redact });
  } catch (error) {
    throw connectError({
      ...subject,
      error: early[0] ?? error,
      hostKey,
      plan,
      trace,
      timeoutMs,
      aborted: signal?.aborted ?? false,
    });
  } finally {
    signal?.removeEventListener('abort', abort);
  }
};
