import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { loadClientEnded } from '@polydev/errors';
import type { LoadCommand, LoadSettings } from './kinds';
import type { LoadReport } from './report';

/** Requests per second stay bounded by the pause, so that two cores also have time for what is tested. */
export const USUAL_LOAD: Omit<LoadSettings, 'url'> = {
  connections: { get: 4, post: 4, 'new-connection': 4, stream: 4, events: 4, 'web-socket': 4 },
  pauseMs: 10,
  silenceMs: 10_000,
  streamSeconds: 5,
};

/** Load by a process of its own, so that nothing which the test's process does delays it. */
export interface Load {
  readonly pid: number | undefined;
  /** Begins an interval of which the report tells apart what overlapped it; ends the one before. Resolves once it began. */
  readonly mark: (name: string) => Promise<void>;
  readonly unmark: () => void;
  /** Ends the load: waits for streaming answers to be whole. Throws LOAD_CLIENT_ENDED where the client is gone. */
  readonly stop: () => Promise<LoadReport>;
  /** Ends it without a report; for a test that failed. */
  readonly kill: () => void;
}

export interface LoadOptions extends Partial<LoadSettings> {
  readonly url: string;
  /** Turns the client's command into one that runs where the service is seen: in another network namespace. */
  readonly inside?: (argv: readonly string[]) => readonly string[];
}

type Client = ChildProcessByStdio<Writable, Readable, Readable>;

type Event = { readonly event: 'started' | 'marked' } | { readonly event: 'report'; readonly report: LoadReport };

/** Starts the load client; returns once it asks. Throws LOAD_CLIENT_ENDED where it does not start. */
export const startLoad = async ({ inside = (argv) => argv, ...settings }: LoadOptions): Promise<Load> => {
  const program = ['-r', require.resolve('@polydev/run-source'), join(__dirname, 'program.ts')];
  const [command = '', ...args] = inside([
    process.execPath,
    ...program,
    JSON.stringify({ ...USUAL_LOAD, ...settings } satisfies LoadSettings),
  ]);
  const client = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], cwd: join(__dirname, '../..') });
  // A client that is gone is told by its exit.
  client.stdin.on('error', () => undefined);
  const events = eventsOf(client);
  const send = (line: LoadCommand) => void client.stdin.write(`${JSON.stringify(line)}\n`);
  await events.next('started');
  return {
    pid: client.pid,
    mark: async (name) => {
      send({ do: 'mark', name });
      // A client that is gone is told by `stop`.
      await events.next('marked').catch(() => undefined);
    },
    unmark: () => send({ do: 'unmark' }),
    stop: async () => {
      send({ do: 'stop' });
      const { report } = await events.next('report');
      return report;
    },
    kill: () => client.kill('SIGKILL'),
  };
};

/** The client's events, each waited for by name; the wait ends with an error when the client does. */
const eventsOf = (client: Client) => {
  const seen = new Map<string, Event>();
  let stderr = '';
  client.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = once(client, 'close').then(
    ([code]) => `it ended with exit code ${String(code)}${stderr ? `: ${stderr.trim()}` : ''}`,
    (error: unknown) => String(error),
  );
  const lines = createInterface({ input: client.stdout });
  lines.on('line', (line) => {
    const event = JSON.parse(line) as Event;
    seen.set(event.event, event);
    lines.emit(event.event);
  });
  return {
    next: async <Name extends Event['event']>(name: Name): Promise<Extract<Event, { event: Name }>> => {
      const arrived = seen.has(name) ? Promise.resolve() : once(lines, name);
      const reason = await Promise.race([arrived.then(() => undefined), ended]);
      const event = seen.get(name);
      seen.delete(name);
      if (!event) throw loadClientEnded(reason ?? 'it said something else');
      return event as Extract<Event, { event: Name }>;
    },
  };
};
