import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Demo } from '../src/demo';

export interface DemoProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** All it wrote so far. */
  readonly output: () => string;
}

/** Starts an edition of the demo service on a free port; returns once it listens. */
export const startDemo = async (demo: Demo, environment: NodeJS.ProcessEnv = {}): Promise<DemoProcess> => {
  const process_ = runDemo(demo, environment);
  const port = await nextLine(process_.lines, /listening on (\d+)/);
  return { ...process_, url: `http://127.0.0.1:${port}` };
};

/** Starts it without waiting for anything: for editions that do not listen. */
export const runDemo = (demo: Demo, environment: NodeJS.ProcessEnv = {}) => {
  const child = spawn(process.execPath, [join(demo.directory, 'server.js')], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  return {
    child,
    lines: linesOf(child.stdout),
    ended: once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string),
    output: () => output,
  };
};

export interface HeldSocket {
  readonly url: string;
  /** Ends the running service gracefully and returns once the next one was begun. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Runs the service behind a socket that something else holds, as systemd's socket activation does. */
export const holdSocket = async (demo: Demo): Promise<HeldSocket> => {
  const program = [join(__dirname, 'held-socket.pl'), process.execPath, join(demo.directory, 'server.js')];
  const child = spawn('perl', program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = linesOf(child.stdout);
  const port = await nextLine(lines, /^port (\d+)/);
  let pid = await nextLine(lines, /^pid (\d+)/);
  return {
    url: `http://127.0.0.1:${port}`,
    restart: async () => {
      process.kill(Number(pid), 'SIGTERM');
      pid = await nextLine(lines, /^pid (\d+)/);
    },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
};

const linesOf = (stream: Readable): AsyncIterator<string> => createInterface({ input: stream })[Symbol.asyncIterator]();

/** The next line that matches, and what it captures. An iterator keeps the lines that come before they are asked for. */
const nextLine = async (lines: AsyncIterator<string>, wanted: RegExp): Promise<string> => {
  for (;;) {
    const { done, value: line } = await lines.next();
    if (done) throw new Error(`It ended without a line like ${wanted.source}.`);
    const [, value] = wanted.exec(line) ?? [];
    if (value !== undefined) return value;
  }
};
