import { Agent, request as httpRequest, type ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { ask, reasonOf } from './ask';
import type { Outcome } from './kinds';
import { closeFrame, framesOf, type Frame } from './web-socket-frames';
import { noteTree, resultOf, type Worker, type WorkerContext } from './worker';

type Ended = Pick<Outcome, 'result' | 'reason'> & { readonly headMs?: number | undefined };

/**
 * Server-sent events: held until the server ends them. Ended as HTTP ends an answer is ok, a reset is a truncation; those
 * that are open when the load ends are not counted.
 */
export const eventsWorker: Worker = (context) => {
  const { settings, signal, tally, kind } = context;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const hold = async (): Promise<Ended> => {
    const asked = await ask({
      url: new URL('/events', settings.url),
      agent,
      silenceMs: settings.silenceMs,
      signal,
      onOpened: () => tally.opened(kind),
      onHead: (answer) => noteTree(context, answer.headers['x-demo-digest']),
    });
    return { ...resultOf(asked, () => undefined), headMs: asked.headMs };
  };
  return { ask: () => count(context, hold), close: () => agent.destroy() };
};

/** A WebSocket, held until the server closes it: ok with a close frame that says 1000 or 1001, else a truncation. */
export const webSocketWorker: Worker = (context) => ({
  ask: () => count(context, () => holdWebSocket(context)),
  close: () => undefined,
});

/** Counts how an answer without end ended, unless it was us who ended it. */
const count = async ({ kind, now, tally, signal }: WorkerContext, hold: () => Promise<Ended>): Promise<void> => {
  const startedAt = now();
  const { headMs, ...result } = await hold();
  const endedAt = now();
  if (!signal.aborted) tally.add({ kind, startedAt, endedAt, tookMs: headMs ?? endedAt - startedAt, ...result });
};

const holdWebSocket = (context: WorkerContext): Promise<Ended> =>
  new Promise((resolve) => {
    const { settings, signal, tally, kind } = context;
    const began = performance.now();
    const request = httpRequest(new URL('/ws', settings.url), {
      agent: false,
      signal,
      timeout: settings.silenceMs,
      headers: webSocketHeaders(),
    });
    request.on('socket', () => tally.opened(kind));
    request.on('timeout', () => request.destroy(new Error(`silent for ${settings.silenceMs} ms`)));
    request.on('error', (error) => resolve({ result: 'failed', reason: reasonOf(error, false) }));
    request.on('response', (answer) => {
      answer.resume();
      resolve({ result: 'failed', reason: `status ${answer.statusCode ?? 0}` });
    });
    onUpgrade(request, (socket, head) => {
      const headMs = performance.now() - began;
      void untilClosed(context, socket, head).then((ended) => resolve({ ...ended, headMs }));
    });
    request.end();
  });

const onUpgrade = (request: ClientRequest, use: (socket: Socket, head: Buffer) => void): void => {
  request.on('upgrade', (_, socket: Socket, head) => use(socket, head));
};

const webSocketHeaders = () => ({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': randomBytes(16).toString('base64'),
});

const untilClosed = (context: WorkerContext, socket: Socket, head: Buffer): Promise<Ended> =>
  new Promise((resolve) => {
    const { signal, settings } = context;
    let left = head;
    let closed: number | undefined;
    let problem: string | undefined;
    const leave = () => socket.end(closeFrame(1000));
    const use = (frame: Frame) => {
      if (frame.type === 'text') noteTree(context, digestOf(frame.text));
      if (frame.type !== 'close') return;
      closed = frame.code;
      socket.end(closeFrame(frame.code));
    };
    const take = (data: Buffer) => {
      const parsed = framesOf(Buffer.concat([left, data]));
      left = parsed.left;
      parsed.frames.forEach(use);
    };
    socket.setTimeout(settings.silenceMs, () => socket.destroy(new Error(`silent for ${settings.silenceMs} ms`)));
    socket.on('data', take);
    socket.on('error', (error) => (problem ??= reasonOf(error, false)));
    socket.on('close', () => {
      signal.removeEventListener('abort', leave);
      resolve(endOf(closed, problem));
    });
    signal.addEventListener('abort', leave, { once: true });
    take(Buffer.alloc(0));
  });

const endOf = (code: number | undefined, problem: string | undefined): Ended => {
  if (code === 1000 || code === 1001) return { result: 'ok' };
  return {
    result: 'truncated',
    reason: code === undefined ? (problem ?? 'ended without a close frame') : `closed with ${code}`,
  };
};

const digestOf = (text: string): unknown => (JSON.parse(text) as { digest?: unknown }).digest;
