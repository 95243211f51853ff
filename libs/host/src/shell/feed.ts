import type { Readable } from 'node:stream';
import { REQUEST } from './frames';
import type { Window } from './window';
import type { Wire } from './wire';

/** Bytes of one data frame: what the host writes to a command at a time. */
const PIECE = 65_536;

interface Receiver {
  readonly wire: Wire;
  readonly call: number;
  readonly window: Window;
}

/**
 * Sends a command's input, never more than the host has asked for, and then its end. Stops quietly when the host wants
 * no more. Rejects with the source's own error, and sends no end then: half an input must not look like a whole one.
 */
export const feed = async (source: string | Buffer | Readable | undefined, receiver: Receiver): Promise<void> => {
  if (typeof source === 'string' || Buffer.isBuffer(source)) await feedBytes(Buffer.from(source), receiver);
  else if (source) for await (const chunk of source) await feedBytes(Buffer.from(chunk as Buffer), receiver);
  receiver.wire.send(REQUEST.endOfInput, receiver.call);
};

const feedBytes = async (bytes: Buffer, { wire, call, window }: Receiver): Promise<void> => {
  for (let sent = 0; sent < bytes.length;) {
    const count = await window.take(Math.min(PIECE, bytes.length - sent));
    if (count === 0) return;
    wire.send(REQUEST.data, call, bytes.subarray(sent, sent + count));
    sent += count;
  }
};
