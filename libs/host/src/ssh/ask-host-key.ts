import { commandCanceled, hostUnreachable, type OpsError } from '@polydev/errors';
import { Client } from 'ssh2';
import { openTransport, wayTo } from './connect';
import { HostKeyCheck } from './host-key';
import { fingerprint, keyType } from './known-hosts';
import type { SshOptions } from './options';

const TIMEOUT_MS = 10_000;

/** The key that a host shows, beside what is known of it. */
export interface ShownHostKey {
  readonly host: string;
  readonly address: string;
  /** Name under which known_hosts files list the host. */
  readonly name: string;
  readonly type: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** Key in base64, as known_hosts files have it. */
  readonly key: string;
  readonly state: 'known' | 'unknown' | 'changed' | 'revoked';
  /** Keys that are known of the host, with `file:line`. */
  readonly known: readonly { readonly type: string; readonly fingerprint: string; readonly place: string }[];
}

/**
 * Asks a host for its key by a real key exchange, over the same way that a deploy takes, and ends before logging in. Of
 * several keys a host shows the one whose type we know. Throws HOST_UNREACHABLE, COMMAND_CANCELED, and what a jump host
 * on the way makes of it.
 */
export const askHostKey = async (options: SshOptions): Promise<ShownHostKey> => {
  const way = await wayTo(options);
  const { subject, config } = way;
  const check = await HostKeyCheck.prepare({ ...subject, config });
  const transport = await openTransport(way, 0);
  const abort = () => transport.stream.destroy(new Error('canceled'));
  options.signal?.addEventListener('abort', abort);
  try {
    const blob = await exchange(transport.stream, { check, user: config.user, options });
    const isKnown = check.accepts(blob);
    return {
      ...subject,
      name: check.name,
      type: keyType(blob),
      fingerprint: fingerprint(blob),
      key: blob.toString('base64'),
      state: isKnown ? 'known' : (STATES[check.refusal?.code ?? ''] ?? 'unknown'),
      known: check.plain.map(({ type, blob: known, place }) => ({ type, fingerprint: fingerprint(known), place })),
    };
  } catch (error) {
    throw explained(error, { ...subject, aborted: options.signal?.aborted ?? false });
  } finally {
    options.signal?.removeEventListener('abort', abort);
    transport.dispose();
  }
};

const STATES: Readonly<Record<string, ShownHostKey['state']>> = {
  HOST_KEY_CHANGED: 'changed',
  HOST_KEY_REVOKED: 'revoked',
};

interface Exchange {
  readonly check: HostKeyCheck;
  readonly user: string;
  readonly options: SshOptions;
}

/** ssh2 hands the key over before it has checked the host's signature with it, so it counts once the handshake is done. */
const exchange = (
  stream: NonNullable<Parameters<Client['connect']>[0]['sock']>,
  { check, user, options }: Exchange,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const client = new Client();
    const shown: Buffer[] = [];
    client.on('handshake', () => resolve(shown[0] ?? Buffer.alloc(0)));
    client.on('error', reject);
    client.on('close', () => reject(new Error('the connection was closed before the host had shown a key')));
    client.connect({
      sock: stream,
      username: user,
      algorithms: { serverHostKey: check.algorithms() },
      hostVerifier: (key: Buffer) => shown.push(key) > 0,
      readyTimeout: options.connectTimeoutMs ?? TIMEOUT_MS,
    });
  });

const explained = (
  error: unknown,
  { aborted, ...subject }: { readonly host: string; readonly address: string; readonly aborted: boolean },
): OpsError =>
  aborted
    ? commandCanceled({ host: subject.host, command: `ask ${subject.address} for its key` })
    : hostUnreachable({ ...subject, reason: (error as Error).message, cause: error });
