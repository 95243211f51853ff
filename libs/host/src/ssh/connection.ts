import { connectionLost } from '@polydev/errors';
import type { NodeSSH } from 'node-ssh';
import type { Client, ClientChannel } from 'ssh2';
import { watchSilence } from './liveness';
import type { Transport } from './transport';

/** sshd opens no further session on this connection for now (`MaxSessions` in its configuration). */
export class SessionRefused extends Error {}

/** The one connection to a host: alive, or gone for a reason. */
export class Connection {
  /** Undefined while it lives. */
  #gone: string | undefined;
  readonly #client: Client;
  readonly #closed: Promise<void>;

  constructor(
    ssh: NodeSSH,
    private readonly facts: { readonly host: string; readonly transport: Transport; readonly silenceMs: number },
  ) {
    this.#client = ssh.connection as Client;
    const { transport, silenceMs } = facts;
    const stop = watchSilence(transport.stream, silenceMs, () => this.#cut(`it was silent for ${silenceMs / 1000} s`));
    // Keepalive errors and resets end in `close`; without a listener they would be thrown.
    this.#client.on('error', (error: Error) => (this.#gone ??= error.message));
    this.#closed = new Promise((resolve) => {
      this.#client.on('close', () => {
        this.#gone ??= 'the other side closed it';
        stop();
        transport.dispose();
        resolve();
      });
    });
  }

  /** ssh2's client. Throws CONNECTION_LOST when the connection is gone. */
  client(): Client {
    if (this.#gone !== undefined) throw this.lost();
    return this.#client;
  }

  /** Runs a command line; `shown` is what to call it when that fails. Throws CONNECTION_LOST or {@link SessionRefused}. */
  openChannel(line: string, shown: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      this.client().exec(line, (error: (Error & { reason?: unknown }) | undefined, channel) => {
        if (!error) resolve(channel);
        else if (this.isGone) reject(this.lost(shown));
        else reject(typeof error.reason === 'number' ? new SessionRefused(error.message) : error);
      });
    });
  }

  /** The error for what was under way, or for a call that came too late. */
  lost(during?: string) {
    const reason = this.#gone ?? 'the other side closed it';
    return connectionLost({ host: this.facts.host, reason, ...(during !== undefined && { during }) });
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** Says goodbye and resolves when the connection is closed, after a second at the latest. */
  async close(): Promise<void> {
    this.#gone ??= 'it was closed from here';
    this.#client.end();
    const timer = setTimeout(() => this.facts.transport.stream.destroy(), 1_000);
    await this.#closed;
    clearTimeout(timer);
  }

  #cut(reason: string): void {
    this.#gone ??= reason;
    this.facts.transport.stream.destroy();
  }
}
