import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';
import { LOAD_KINDS } from './load/kinds';
import type { LoadReport } from './load/report';
import type { Load } from './load/start-load';

/** Steps of a move in which clients could notice something: the first begins the interval, the last ends it. */
const SWITCH_STEPS = {
  'blue-green': ['move traffic', 'move traffic'],
  rolling: ['swap', 'health check'],
} as const satisfies Record<TargetConfig['strategy'], readonly [string, string]>;

/** Marks the switches that a deploy or rollback reports as intervals of a load. */
export const markSwitches = (strategy: TargetConfig['strategy']) => {
  const [first, last] = SWITCH_STEPS[strategy];
  let load: Load | undefined;
  let count = 0;
  return {
    watch: (running: Load | undefined) => void (load = running),
    onEvent: (event: Event) => {
      if (event.kind !== 'step') return;
      if (event.step === first && event.state === 'started') load?.mark(`switch ${(count += 1)}`);
      if (event.step === last && event.state !== 'started') load?.unmark();
    },
  };
};

/** Requests of all kinds that a report counted. */
export const requestsIn = ({ kinds }: LoadReport): number =>
  LOAD_KINDS.reduce((total, kind) => total + kinds[kind].ok + kinds[kind].failed + kinds[kind].truncated, 0);

/** Milliseconds of the longest request that overlapped a switch; of a streaming answer, until its head. */
export const longestInSwitch = ({ marks }: LoadReport): number =>
  Math.max(0, ...marks.map(({ longest }) => longest?.ms ?? 0));

/** Where trials leave their figures. */
export const TRIALS_DIRECTORY = join(__dirname, '../../../reports/trials');

/** Writes the figures of a trial, for whoever reads them later. */
export const writeFigures = async (name: string, figures: unknown): Promise<void> => {
  await mkdir(TRIALS_DIRECTORY, { recursive: true });
  await writeFile(join(TRIALS_DIRECTORY, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
};
