import type { Readable, Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';

/** ssh2's own fields for a write that waits until the client's window opens. */
interface WaitingWrites {
  _chunk?: unknown;
  _chunkcb?: unknown;
  _chunkErr?: unknown;
  _chunkcbErr?: unknown;
}

/**
 * Sends a command's standard output and error to the client, with backpressure.
 *
 * One write at a time over both: ssh2 1.17 leaves a finished write in its waiting place, and when the window opens it
 * would send old output again in place of the errors that wait. So the places are emptied before each write.
 */
export class ChannelOutput {
  #last: Promise<void> = Promise.resolve();
  readonly #closed: Promise<void>;

  constructor(
    private readonly channel: ServerChannel,
    closed: Promise<void>,
  ) {
    this.#closed = closed;
  }

  /** Sends all of `source`; resolves at its end, or when the client is gone. */
  async copy(source: Readable, stream: 'stdout' | 'stderr'): Promise<void> {
    void this.#closed.then(() => source.destroy());
    source.on('error', () => source.destroy());
    const target = stream === 'stdout' ? this.channel : this.channel.stderr;
    for await (const chunk of source) await this.#write(target, chunk as Buffer);
  }

  #write(target: Writable, chunk: Buffer): Promise<void> {
    this.#last = this.#last.then(() => {
      const waiting = this.channel as WaitingWrites;
      waiting._chunk = waiting._chunkcb = waiting._chunkErr = waiting._chunkcbErr = undefined;
      return Promise.race([new Promise<void>((resolve) => target.write(chunk, () => resolve())), this.#closed]);
    });
    return this.#last;
  }
}
