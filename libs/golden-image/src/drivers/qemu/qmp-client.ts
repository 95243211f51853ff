import type { Socket } from 'node:net';
import { lineCutter, readMessage, type QmpMessage } from './qmp-lines';

/** Why a conversation with QEMU's monitor came to nothing. The driver makes an error for people of it. */
export class QmpFailure extends Error {
  override readonly name = 'QmpFailure';
}

/** One conversation with QEMU's monitor; it takes one at a time. */
export interface Qmp {
  /** Returns what QEMU answers to a command. Throws QmpFailure: refused, no answer in time, or QEMU is gone. */
  readonly execute: (command: string, facts?: object) => Promise<unknown>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: string) => void;
}
/** Those who wait for an answer, by the id of their command. */
type Asked = Map<number, Waiting>;

/** QEMU answers within milliseconds; one that does not is stuck. */
const ANSWER_MS = 10_000;
const GREETING = 0;

/** Talks to a monitor over a connected socket, which is closed at the end; returns what `talk` returns. */
export const withMonitor = async <T>(
  socket: Socket,
  talk: (qmp: Qmp) => Promise<T>,
  answerMs = ANSWER_MS,
): Promise<T> => {
  const asked: Asked = new Map();
  const answered = (id: number, what: string) => waitFor(asked, { id, what, limitMs: answerMs });
  let last = GREETING;
  const execute = async (command: string, facts?: object) => {
    if (socket.destroyed) throw new QmpFailure(`${command}: QEMU is gone`);
    const id = ++last;
    const answer = answered(id, command);
    socket.write(`${JSON.stringify({ execute: command, ...(facts ? { arguments: facts } : {}), id })}\n`);
    return answer;
  };
  const greeting = answered(GREETING, 'its greeting');
  listen(socket, asked);
  try {
    await greeting;
    await execute('qmp_capabilities');
    return await talk({ execute });
  } finally {
    socket.destroy();
  }
};

const waitFor = (asked: Asked, { id, what, limitMs }: { id: number; what: string; limitMs: number }) =>
  new Promise<unknown>((resolve, reject) => {
    const over = (reason: string) => {
      clearTimeout(limit);
      asked.delete(id);
      reject(new QmpFailure(`${what}: ${reason}`));
    };
    const limit = setTimeout(() => over(`no answer from QEMU within ${limitMs} ms`), limitMs);
    const done = (value: unknown) => {
      clearTimeout(limit);
      asked.delete(id);
      resolve(value);
    };
    asked.set(id, { resolve: done, reject: over });
  });

const listen = (socket: Socket, asked: Asked): void => {
  const cut = lineCutter();
  const failAll = (reason: string) => {
    for (const { reject } of [...asked.values()]) reject(reason);
  };
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => {
    try {
      for (const line of cut(piece)) settle(readMessage(line), asked);
    } catch (error) {
      failAll(`QEMU's monitor says what is no message: ${String(error)}`);
      socket.destroy();
    }
  });
  socket.on('error', (error) => failAll(error.message));
  socket.on('close', () => failAll('QEMU has closed its monitor'));
};

const settle = (message: QmpMessage, asked: Asked): void => {
  switch (message.kind) {
    case 'greeting':
      return asked.get(GREETING)?.resolve(undefined);
    case 'answer':
      return asked.get(Number(message.id))?.resolve(message.value);
    case 'refusal':
      return asked.get(Number(message.id))?.reject(message.reason);
    case 'event':
      return undefined;
  }
};
