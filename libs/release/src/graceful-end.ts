import { setMaxListeners } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds in which a client that is at work sends its next request and learns that the connection ends. */
const LINGER_MS = 250;
/** Milliseconds between two looks for connections that became idle. */
const SWEEP_MS = 25;

export interface GracefulEnd {
  /** Aborts when the server begins to end. Answers that never end by themselves (event streams, WebSockets) end on it. */
  readonly ending: AbortSignal;
  /** Takes no new connection, answers what was asked, closes what is idle. Resolves when no connection is left. */
  readonly end: () => Promise<void>;
}

/**
 * Returns how to end an HTTP server without failing a request. Call it before the server listens.
 *
 * Node's own `close` closes idle connections at once, and a client that sends its next request in that moment sees a
 * reset. Here connections stay for `lingerMs` more; each answer in that time says `Connection: close`, on which the
 * client opens its next connection to whoever listens by then. There is no time limit in here: see `onTermination`.
 */
export function gracefulEnd(server: Server, lingerMs = LINGER_MS): GracefulEnd {
  const ending = new AbortController();
  // Every open stream listens.
  setMaxListeners(0, ending.signal);
  const sockets = collect<Socket>();
  const responses = collect<ServerResponse>();
  server.on('connection', sockets.add);
  server.prependListener('request', (_, response) => {
    responses.add(response);
    if (ending.signal.aborted) sayGoodbye(response);
  });
  const end = async () => {
    const closed = stopListening(server);
    ending.abort();
    for (const response of responses.all) sayGoodbye(response);
    await Promise.race([closed, setTimeout(lingerMs, undefined, { ref: false })]);
    const sweep = setInterval(() => closeIdle(server, sockets.all), SWEEP_MS);
    await closed;
    clearInterval(sweep);
  };
  return { ending: ending.signal, end };
}

/** Things that are open; each leaves when it closes. */
function collect<T extends Socket | ServerResponse>() {
  const all = new Set<T>();
  const add = (item: T): void => {
    all.add(item);
    item.once('close', () => all.delete(item));
  };
  return { all: all as ReadonlySet<T>, add };
}

/** Resolves when the last connection has closed. Not the HTTP server's own `close`, which closes idle ones at once. */
const stopListening = (server: Server): Promise<void> =>
  new Promise((closed) => NetServer.prototype.close.call(server, () => closed()));

function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

function closeIdle(server: Server, sockets: ReadonlySet<Socket>): void {
  server.closeIdleConnections();
  // Node takes a connection on which nothing was ever sent for a request that is about to come.
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
}
