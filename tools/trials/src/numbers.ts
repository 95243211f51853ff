import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetConfig } from '@polydev/manifest';
import { formatTable, type Event } from '@polydev/reporting';
import { LOAD_KINDS } from './load/kinds';
import { lostIn, type LoadReport } from './load/report';
import type { Load } from './load/start-load';

/** Steps of a move in which clients could notice something: the first begins the interval, the last ends it. */
const SWITCH_STEPS = {
  'blue-green': ['move traffic', 'move traffic'],
  rolling: ['swap', 'health check'],
} as const satisfies Record<TargetConfig['strategy'], readonly [string, string]>;

/** Marks the switches that deploys and rollbacks report as intervals of the load that is watched. */
export const markSwitches = (strategy: TargetConfig['strategy']) => {
  const [first, last] = SWITCH_STEPS[strategy];
  let load: Load | undefined;
  let count = 0;
  return {
    /** Whose intervals are marked from now on; undefined: nobody's. */
    watch: (running: Load | undefined) => {
      load = running;
      count = 0;
    },
    onEvent: (event: Event) => {
      if (event.kind !== 'step') return;
      if (event.step === first && event.state === 'started') void load?.mark(`switch ${(count += 1)}`);
      if (event.step === last && event.state !== 'started') load?.unmark();
    },
  };
};

/** What one trial of moving under load came to. */
export interface Numbers {
  readonly strategy: TargetConfig['strategy'];
  /** What was moved while the load ran: `20 deploys`. */
  readonly what: string;
  readonly requests: number;
  readonly failed: number;
  readonly truncated: number;
  /** Milliseconds of the longest request that overlapped a switch; of a streaming answer, until its head. */
  readonly longestInSwitchMs: number;
  readonly report: LoadReport;
}

export const numbersOf = ({ strategy, what, report }: Pick<Numbers, 'strategy' | 'what' | 'report'>): Numbers => ({
  strategy,
  what,
  requests: LOAD_KINDS.reduce((total, kind) => total + requestsOf(report, kind), 0),
  ...lostIn(report),
  longestInSwitchMs: Math.max(0, ...report.marks.map(({ longest }) => longest?.ms ?? 0)),
  report,
});

const requestsOf = ({ kinds }: LoadReport, kind: (typeof LOAD_KINDS)[number]): number =>
  kinds[kind].ok + kinds[kind].failed + kinds[kind].truncated;

/** The trials as a table for a person. */
export const numbersTable = (numbers: readonly Numbers[]): string =>
  formatTable(
    ['strategy', 'moves', 'requests', 'failed', 'truncated', 'longest in a switch'],
    numbers.map(({ strategy, what, requests, failed, truncated, longestInSwitchMs }) => [
      strategy,
      what,
      ...[requests, failed, truncated].map(String),
      `${Math.round(longestInSwitchMs)} ms`,
    ]),
  );

const FIGURES_DIRECTORY = join(__dirname, '../../../reports/trials');

/** Leaves the figures of a trial as `reports/trials/<name>.json`, for pages and people that quote them. */
export const writeFigures = async (name: string, figures: unknown): Promise<void> => {
  await mkdir(FIGURES_DIRECTORY, { recursive: true });
  await writeFile(join(FIGURES_DIRECTORY, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`);
};
