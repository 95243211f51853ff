import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Host } from './host';

/** Characters of an answer that are kept. */
const MAX_ANSWER = 64 * 1024;

export interface HttpAnswer {
  readonly status: number;
  /** At most 64 Ki characters. */
  readonly text: string;
}

/**
 * `GET` of a URL as the host sees it, through a connection that the host opens: nothing has to be installed there.
 * TLS certificates are verified. Rejects with the connection's or TLS's own error, or when `signal` is aborted.
 */
export const getThrough = async (host: Host, url: URL, signal: AbortSignal): Promise<HttpAnswer> => {
  const secure = url.protocol === 'https:';
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const stream = await host.connect(name, Number(url.port) || (secure ? 443 : 80));
  try {
    return await exchange(secure ? connectTls({ socket: stream, servername: name }) : stream, url, signal);
  } finally {
    stream.destroy();
  }
};

const exchange = (socket: Duplex, url: URL, signal: AbortSignal): Promise<HttpAnswer> =>
  new Promise((done, fail) => {
    signal.throwIfAborted();
    // A connection through SSH that is destroyed says nothing of it, so a request on it would wait for ever.
    signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true });
    socket.on('error', fail);
    const asked = request(
      {
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, accept: 'application/json', connection: 'close' },
        createConnection: () => socket,
        signal,
      },
      (response) => {
        readText(response).then((text) => {
          done({ status: response.statusCode ?? 0, text });
        }, fail);
      },
    );
    asked.on('error', fail).end();
  });

const readText = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_ANSWER) break;
  }
  return text.slice(0, MAX_ANSWER);
};
