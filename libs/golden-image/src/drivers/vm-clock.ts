import { readdir, readFile } from 'node:fs/promises';

/** Time as a VM has it: it stands still while the VM would run and others have the processor. */
export interface VmClock {
  /** Milliseconds since the clock was started. */
  readonly elapsed: () => Promise<number>;
  /** Whether more than so many milliseconds have passed. */
  readonly passed: (ms: number) => Promise<boolean>;
}

/** Of real time at least this part counts, however busy the machine is: nobody is waited for without an end. */
const LEAST = 1 / 4;

/**
 * Starts a clock for a VM's process and those it has started. On an idle machine it is a clock like any other; on a busy one a VM has
 * as much time to run as it would have had on an idle one, and one that does not want to run has no more than there.
 */
export const vmClock = async (pid: number): Promise<VmClock> => {
  const began = performance.now();
  const before = await waitedMs(pid);
  const elapsed = async () => ownTime(performance.now() - began, (await waitedMs(pid)) - before);
  return {
    elapsed,
    // What was waited is asked for only where it can change the answer.
    passed: async (ms) => performance.now() - began > ms && (await elapsed()) > ms,
  };
};

/** What of some real time counts for who has waited for so much of it, perhaps in several threads at once. Pure. */
export const ownTime = (real: number, waited: number): number => Math.max(real - Math.max(0, waited), real * LEAST);

/** How long all threads of a process and of its children have been ready to run and have not run (proc(5), schedstat). */
const waitedMs = async (pid: number): Promise<number> => {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const each = await Promise.all(threads.map((thread) => waitedByThread(`/proc/${pid}/task/${thread}`)));
  return each.reduce((sum, ms) => sum + ms, 0);
};

const waitedByThread = async (thread: string): Promise<number> => {
  const [schedstat, children] = await Promise.all([textOf(`${thread}/schedstat`), textOf(`${thread}/children`)]);
  const own = Number(schedstat.split(' ')[1] ?? 0) / 1e6;
  const below = await Promise.all(children.split(' ').filter(Boolean).map(Number).map(waitedMs));
  return below.reduce((sum, ms) => sum + ms, own);
};

/** One that has ended has waited enough. */
const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
