import type { TargetConfig } from '@polydev/manifest';
import { describeReal } from '@polydev/sandbox/real';
import { demoTarget, openRealWorld, type RealWorld } from '../testing/real-world';
import type { Demo } from './demo';
import { LOAD_KINDS, type LoadKind } from './load/kinds';
import { formatLoadReport, lostIn, mixesIn, type LoadReport } from './load/report';
import { startLoad, USUAL_LOAD } from './load/start-load';
import { markSwitches, numbersOf, numbersTable, writeFigures, type Numbers } from './numbers';

const ALL = process.env['POLYDEV_TRIALS'] === 'all';
const DEPLOYS = ALL ? 20 : 3;
const ROLLBACKS = ALL ? 20 : 1;
const MINUTES = 60_000;

/** Streams are shorter than a day's, and so is what waits for them. */
const STREAM_SECONDS = 3;
const SHORT = { observeMs: 500, drainTimeoutMs: (STREAM_SECONDS + 1) * 1000 };

const numbers: Numbers[] = [];
afterAll(async () => {
  if (numbers.length === 0) return;
  await writeFigures('numbers', numbers);
  process.stderr.write(`\n${numbersTable(numbers)}\n`);
});

const inTurn = async (times: number, move: () => Promise<unknown>): Promise<void> => {
  for (let time = 0; time < times; time += 1) await move();
};

/** A world that serves, and what is done to it under load. */
const trial = (strategy: TargetConfig['strategy']) => {
  const switches = markSwitches(strategy);
  const editions: Demo[] = [];
  let world: RealWorld;

  const deployNext = async () => {
    const edition = await world.demo(String(editions.length));
    editions.push(edition);
    expect((await world.deploy(edition)).record.outcome).toBe('moved');
  };

  beforeAll(async () => {
    const { traffic } = demoTarget(strategy);
    // Each way back is to the release before, so as many are kept.
    const target = { keep: ROLLBACKS + 2, ...(traffic ? { traffic: { ...traffic, ...SHORT } } : {}) };
    world = await openRealWorld({ strategy, target, onEvent: switches.onEvent });
    await deployNext();
  }, 5 * MINUTES);
  afterAll(() => world.close());

  const under = async (kinds: readonly LoadKind[], what: string, moves: () => Promise<void>): Promise<LoadReport> => {
    const connections = Object.fromEntries(kinds.map((kind) => [kind, USUAL_LOAD.connections[kind] ?? 0]));
    const shape = { connections, streamSeconds: STREAM_SECONDS };
    const load = await startLoad({ url: world.url(), inside: world.hosts.inside, ...shape });
    try {
      switches.watch(load);
      await moves();
      const report = await load.stop();
      process.stderr.write(`\n${strategy}, ${what}: ${formatLoadReport(report)}\n`);
      numbers.push(numbersOf({ strategy, what, report }));
      return report;
    } finally {
      switches.watch(undefined);
      load.kill();
    }
  };

  /** Nothing failed, nothing was cut short, each kind did ask, and each answer came from one whole tree of ours. */
  const expectNothingLost = (report: LoadReport, kinds: readonly LoadKind[]) => {
    const deployed = editions.map(({ digest }) => digest);
    const why = kinds.flatMap((kind) => report.kinds[kind].reasons.map(({ reason }) => `${kind}: ${reason}`));
    expect({ ...lostIn(report), why }).toEqual({ failed: 0, truncated: 0, why: [] });
    expect(mixesIn(report, deployed)).toEqual([]);
    expect(kinds.filter((kind) => report.kinds[kind].ok === 0)).toEqual([]);
  };

  return { under, expectNothingLost, deployNext, rollback: () => world.rollback(), newest: () => editions.at(-1) };
};

const losesNothing = (strategy: TargetConfig['strategy']) => {
  const { under, expectNothingLost, deployNext, rollback, newest } = trial(strategy);

  it(
    `loses nothing in ${DEPLOYS} deploys`,
    async () => {
      const report = await under(LOAD_KINDS, `${DEPLOYS} deploys`, () => inTurn(DEPLOYS, deployNext));
      expect(report.marks).toHaveLength(DEPLOYS);
      expectNothingLost(report, LOAD_KINDS);
      expect(report.answers.map(({ digest }) => digest)).toContain(newest()?.digest);
    },
    20 * MINUTES,
  );

  it(
    `loses nothing on the way back, ${ROLLBACKS === 1 ? 'once' : `${ROLLBACKS} times`}`,
    async () => {
      const report = await under(LOAD_KINDS, `${ROLLBACKS} back`, () => inTurn(ROLLBACKS, rollback));
      expect(report.marks).toHaveLength(ROLLBACKS);
      expectNothingLost(report, LOAD_KINDS);
    },
    20 * MINUTES,
  );

  return { under, expectNothingLost, deployNext };
};

describeReal('blue-green under load of every kind', () => {
  losesNothing('blue-green');
});

describeReal('rolling in place under load of every kind', () => {
  const { under, expectNothingLost, deployNext } = losesNothing('rolling');

  it(
    'makes nobody wait for streams where there are none',
    async () => {
      const kinds = ['get', 'post', 'new-connection'] as const;
      const report = await under(kinds, `${DEPLOYS} deploys, no streams`, () => inTurn(DEPLOYS, deployNext));
      expectNothingLost(report, kinds);
    },
    20 * MINUTES,
  );
});
