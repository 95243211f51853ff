import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Something between a client and an HTTP server that says no in its place when it is told to. */
export interface Gateway {
  readonly port: number;
  /** Refuses the next POST with a status. */
  readonly refuseNext: (status: number) => void;
  readonly close: () => Promise<void>;
}

/** Hands everything on to the origin of a URL, until it is told otherwise. */
export const startGateway = async (origin: string): Promise<Gateway> => {
  const refusals: number[] = [];
  const server = createServer((request, response) => {
    const status = request.method === 'POST' ? refusals.shift() : undefined;
    const answer = status === undefined ? handOn(origin, request) : { status, headers: {}, body: 'not here' };
    Promise.resolve(answer).then(
      ({ status: code, headers, body }) => response.writeHead(code, headers).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    refuseNext: (status) => refusals.push(status),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
};

const HANDED_ON = ['accept', 'authorization', 'content-type', 'mcp-protocol-version', 'mcp-session-id'];

const handOn = async (origin: string, request: IncomingMessage) => {
  const headers = HANDED_ON.flatMap((name): [string, string][] =>
    request.headers[name] === undefined ? [] : [[name, String(request.headers[name])]],
  );
  const method = request.method ?? 'GET';
  const body = method === 'GET' ? {} : { body: await text(request) };
  const answer = await fetch(new URL(request.url ?? '/', origin), { method, headers, ...body });
  return {
    status: answer.status,
    headers: { 'content-type': answer.headers.get('content-type') ?? 'text/plain' },
    body: await answer.text(),
  };
};
