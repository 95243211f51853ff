import { execa } from 'execa';
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { ordinaryUser } from '../src/shadow/ordinary-user';
import { programOptions } from '../src/shadow/run-program';

/** A server of a test's own, as a child process that an ordinary user runs. */
export interface ServerProcess {
  readonly pid: number;
  /** Sends the signal and waits for the end; nothing if it has ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

export interface ServerStart {
  readonly argv: readonly [string, ...string[]];
  /** What its log (stderr) says once it takes connections. */
  readonly readyWhen: RegExp;
  /** Signal for a test run that breaks off. */
  readonly killBy: NodeJS.Signals;
}

const spawnServer = ([program, ...rest]: ServerStart['argv']) =>
  execa(program, rest, {
    ...programOptions(ordinaryUser()),
    reject: false,
    cleanup: false,
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
  });
type Child = ReturnType<typeof spawnServer>;

/** Starts a server and waits until it is ready; undefined where another process was quicker to take its port. */
export const startServer = async ({ argv, readyWhen, killBy }: ServerStart): Promise<ServerProcess | undefined> => {
  const child = spawnServer(argv);
  const kill = () => child.kill(killBy);
  process.setMaxListeners(0);
  process.on('exit', kill);
  void child.then(() => process.off('exit', kill));
  const trouble = await readyOrEnded(child, readyWhen);
  if (trouble === undefined) {
    return {
      pid: child.pid ?? 0,
      end: async (signal) => {
        child.kill(signal);
        await child;
      },
    };
  }
  if (/in use/i.test(trouble)) return undefined;
  throw new Error(`${argv[0]} does not start: ${trouble}`);
};

/** Undefined once it is ready, else the end of its log. */
const readyOrEnded = (child: Child, readyWhen: RegExp): Promise<string | undefined> =>
  new Promise((resolve) => {
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4096);
      if (readyWhen.test(log)) resolve(undefined);
    });
    void child.then(({ originalMessage }) => resolve(log.trim() || (originalMessage ?? 'it said nothing')));
  });

/** Neither server can choose a free port itself, so another process may be quicker: a few tries. */
export const onFreePort = async <T>(start: (port: number) => Promise<T | undefined>): Promise<T & { port: number }> => {
  for (let tries = 0; tries < 5; tries += 1) {
    const port = await freePort();
    const started = await start(port);
    if (started) return { ...started, port };
  }
  throw new Error('No port stayed free for as long as a server takes to start.');
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** Removes a directory when it is asked to or, where the test run breaks off, at its end. */
export const removedAtExit = (directory: string): (() => Promise<void>) => {
  const options = { recursive: true, force: true, maxRetries: 3 };
  const remove = () => rmSync(directory, options);
  process.on('exit', remove);
  return async () => {
    process.off('exit', remove);
    // A cluster is some thousand files: whoever else waits in this process is not to wait for those.
    await rm(directory, options);
  };
};
