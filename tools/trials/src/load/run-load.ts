import { setTimeout as sleep } from 'node:timers/promises';
import { eventsWorker, webSocketWorker } from './endless';
import { LOAD_KINDS, type LoadKind, type LoadSettings } from './kinds';
import type { LoadReport } from './report';
import { getWorker, newConnectionWorker, postWorker, streamWorker } from './short';
import { Tally } from './tally';
import { askWith, type Worker, type WorkerContext } from './worker';

const WORKERS: Readonly<Record<LoadKind, Worker>> = {
  get: getWorker,
  post: postWorker,
  'new-connection': newConnectionWorker,
  stream: streamWorker,
  events: eventsWorker,
  'web-socket': webSocketWorker,
};

export interface RunningLoad {
  readonly mark: (name: string) => void;
  readonly unmark: () => void;
  /** Lets requests end that have an end, closes the others, and returns what was counted. */
  readonly stop: () => Promise<LoadReport>;
}

/** Begins to ask, in this process. Nothing that a server does makes it throw or stop. */
export const runLoad = (settings: LoadSettings): RunningLoad => {
  const began = performance.now();
  const now = () => performance.now() - began;
  const tally = new Tally();
  const ending = new AbortController();
  const workers = LOAD_KINDS.flatMap((kind) =>
    Array.from({ length: settings.connections[kind] ?? 0 }, () =>
      work(WORKERS[kind], { kind, settings, tally, now, signal: ending.signal }),
    ),
  );
  return {
    mark: (name) => tally.mark(name, now()),
    unmark: () => tally.unmark(now()),
    stop: async () => {
      ending.abort();
      await Promise.all(workers);
      return tally.report(now());
    },
  };
};

const work = async (worker: Worker, base: Omit<WorkerContext, 'ask'>): Promise<void> => {
  const { ask, close } = worker({ ...base, ask: askWith(base) });
  while (!base.signal.aborted) {
    await ask();
    await sleep(base.settings.pauseMs);
  }
  close();
};
