import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Canary, Leak } from './canary';

/** A process that had the canary in its command line or in the environment it was started with. */
export interface ProcessLeak extends Leak {
  readonly pid: number;
  /** The program's name; at most 15 characters. */
  readonly name: string;
}

export interface Watch {
  /** What was seen so far. */
  leaks(): readonly ProcessLeak[];
  /** Looks once more, ends, and answers with everything seen since the beginning. */
  stop(): Promise<readonly ProcessLeak[]>;
}

interface Sighting {
  readonly pid: number;
  readonly name: string;
  readonly place: string;
}

const toLeak = ({ pid, name, place }: Sighting): ProcessLeak => ({
  pid,
  name,
  where: `${place} of process ${pid} (${name})`,
});

/**
 * Looks at all processes of this machine, those of other accounts as far as it may, until it is stopped. It samples: what
 * lives shorter than a round may be missed, so let what is to be proven happen more than once. Resolves once it looks.
 */
export const watchProcesses = async (canary: Canary): Promise<Watch> => {
  const asked = new SharedArrayBuffer(4);
  const found: ProcessLeak[] = [];
  const worker = new Worker(join(__dirname, 'sample-processes.cjs'), {
    workerData: { needles: canary.needles, asked },
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
  // Whoever stops the watch is told of its failure, not whoever happens to run by then.
  ended.catch(() => undefined);
  const looking = new Promise<void>((resolve) => {
    worker.on('message', (message: 'looking' | Sighting) =>
      message === 'looking' ? resolve() : void found.push(toLeak(message)),
    );
  });
  await Promise.race([looking, ended]);
  return {
    leaks: () => [...found],
    stop: async () => {
      Atomics.store(new Int32Array(asked), 0, 1);
      await ended;
      return found;
    },
  };
};
