import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { holdSocket, startLoad } from '../testing';
import { gracefulEnd } from './graceful-end';

describe('a server that ends', () => {
  let server: Server;
  const agent = new Agent({ keepAlive: true });
  const start = async (listener: RequestListener, lingerMs = 50) => {
    server = createServer(listener);
    const graceful = gracefulEnd(server, lingerMs);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return { ...graceful, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const ask = async (url: string): Promise<IncomingMessage> =>
    ((await once(get(url, { agent }), 'response')) as [IncomingMessage])[0];
  const textOf = async (response: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return text;
  };
  afterEach(() => {
    agent.destroy();
    server.closeAllConnections();
  });

  it('answers what it was asked before, and says that the connection ends', async () => {
    let answer = (): void => undefined;
    const { url, end } = await start((_, response) => (answer = () => response.end('whole')));
    const asked = ask(url);
    await once(server, 'request');
    const ended = end();
    answer();
    const response = await asked;
    expect(response.headers.connection).toBe('close');
    expect(await textOf(response)).toBe('whole');
    await ended;
  });

  it('answers on connections that are open, until they were told to close', async () => {
    const { url, end } = await start((_, response) => response.end('hello'), 10_000);
    await textOf(await ask(url));
    const ended = end();
    const response = await ask(url);
    expect(response.headers.connection).toBe('close');
    expect(await textOf(response)).toBe('hello');
    // The only connection was closed by its last answer, so nothing is left to wait for.
    await ended;
    await expect(ask(url)).rejects.toThrow('ECONNREFUSED');
  });

  it('closes connections that stay idle', async () => {
    const { url, end } = await start((_, response) => response.end('hello'));
    await textOf(await ask(url));
    await end();
  });

  it('closes connections on which nothing was ever asked', async () => {
    const { url, end } = await start((_, response) => response.end('hello'));
    const unused = connect(Number(new URL(url).port), '127.0.0.1');
    await once(server, 'connection');
    const closed = once(unused.resume(), 'end');
    await end();
    await closed;
  });

  it('lets a request through whose first bytes came before', async () => {
    const { url, end } = await start((_, response) => response.end('hello'));
    const slow = connect(Number(new URL(url).port), '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\n');
    const [accepted] = await once(server, 'connection');
    while (accepted.bytesRead === 0) await new Promise((next) => setTimeout(next, 5));
    const ended = end();
    await new Promise((later) => setTimeout(later, 120));
    slow.write('Host: here\r\n\r\n');
    const [answer] = (await once(slow, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
    await ended;
  });

  it('lets event streams say goodbye, many of them', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { url, end, ending } = await start((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n');
      ending.addEventListener('abort', () => response.end('data: bye\n\n'), { once: true });
    });
    const streams = await Promise.all(Array.from({ length: 20 }, () => ask(url)));
    const ended = end();
    for (const stream of streams) expect(await textOf(stream)).toBe('data: hello\n\ndata: bye\n\n');
    await ended;
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

describe('a program that systemd restarts while it holds the socket', () => {
  it('fails no request of clients that keep their connections', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'held-'));
    const program = `
      import { createServer } from 'node:http';
      import { activatedSocket, gracefulEnd, onTermination } from './index';
      const server = createServer((request, response) => {
        request.resume().on('end', () => response.end(String(process.pid)));
      });
      const { end } = gracefulEnd(server);
      onTermination(end);
      server.listen(activatedSocket());`;
    buildSync({
      stdin: { contents: program, resolveDir: __dirname, loader: 'ts' },
      outfile: join(folder, 'program.js'),
      bundle: true,
      platform: 'node',
    });
    const held = await holdSocket([process.execPath, join(folder, 'program.js')], { PATH: process.env['PATH'] });
    const load = startLoad(`http://127.0.0.1:${held.port}`, ['GET', 'POST', 'GET', 'POST']);
    const runs: number[] = [];
    for (let restart = 0; restart < 4; restart++) {
      while (load.answers.size <= restart) await new Promise((next) => setTimeout(next, 10));
      runs.push(await held.restart());
    }
    while (load.answers.size < 5) await new Promise((next) => setTimeout(next, 10));
    await load.stop();
    await held.release();
    rmSync(folder, { recursive: true, force: true });
    expect(load.failures).toEqual([]);
    expect([...load.answers.keys()].slice(1)).toEqual(runs.map(String));
  });
});
