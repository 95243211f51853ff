import type { Readable } from 'node:stream';
import { REQUEST } from './frames';
import type { Window } from './window';
import type { Wire } from './wire';

/** Most bytes of one data frame. */
const PIECE = 1024 * 1024;

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
  if (typeof source === 'string' || Buffer.isBuffer(source)) await feedBytes(asBytes(source), receiver);
  else if (source) for await (const chunk of source) await feedBytes(asBytes(chunk as Buffer | string), receiver);
  receiver.wire.send(REQUEST.endOfInput, receiver.call);
};

const asBytes = (chunk: Buffer | string): Buffer => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk);

const feedBytes = async (bytes: Buffer, { wire, call, window }: Receiver): Promise<void> => {
  for (let sent = 0; sent < bytes.length;) {
    const count = await window.take(Math.min(PIECE, bytes.length - sent));
    if (count === 0) return;
    wire.sendUncopied(REQUEST.data, call, bytes.subarray(sent, sent + count));
    sent += count;
  }
};
