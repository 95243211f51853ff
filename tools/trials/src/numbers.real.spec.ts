import type { TargetConfig } from '@polydev/manifest';
import { describeReal } from '@polydev/sandbox/real';
import { demoTarget, openRealWorld, type RealWorld } from '../testing/real-world';
import type { Demo } from './demo';
import { LOAD_KINDS } from './load/kinds';
import { formatLoadReport, lostIn, mixesIn, type LoadReport } from './load/report';
import { startLoad } from './load/start-load';
import { longestInSwitch, markSwitches, requestsIn, writeFigures } from './numbers';

const ALL = process.env['POLYDEV_TRIALS'] === 'all';
const DEPLOYS = ALL ? 20 : 3;
const ROLLBACKS = ALL ? 20 : 1;
/** Shorter than a day's: it is not what is measured. */
const OBSERVE_MS = 500;
const DRAIN_MS = 6_000;
const MINUTES = 60_000;

const figures: Record<string, unknown> = {};
afterAll(() => writeFigures('numbers', figures));

const trial = (strategy: TargetConfig['strategy']) => {
  const switches = markSwitches(strategy);
  let world: RealWorld;
  const editions: Demo[] = [];

  beforeAll(async () => {
    const { traffic } = demoTarget(strategy);
    world = await openRealWorld({
      strategy,
      onEvent: switches.onEvent,
      target: { traffic: { ...traffic!, observeMs: OBSERVE_MS, drainTimeoutMs: DRAIN_MS } },
    });
    editions.push(await world.demo('0'));
    await world.deploy(editions[0]!);
  }, 5 * MINUTES);
  afterAll(() => world.close());

  const underLoad = async (what: string, move: () => Promise<void>): Promise<LoadReport> => {
    const load = await startLoad({ url: world.url(), inside: world.hosts.inside });
    try {
      switches.watch(load);
      await move();
      const report = await load.stop();
      process.stderr.write(`\n${strategy}, ${what}: ${formatLoadReport(report)}\n`);
      figures[`${strategy}, ${what}`] = {
        requests: requestsIn(report),
        ...lostIn(report),
        longestInSwitchMs: longestInSwitch(report),
        report,
      };
      return report;
    } finally {
      switches.watch(undefined);
      load.kill();
    }
  };

  const expectNothingLost = (report: LoadReport) => {
    expect(mixesIn(report, editions.map(({ digest }) => digest))).toEqual([]);
    const lost = LOAD_KINDS.flatMap((kind) => report.kinds[kind].reasons.map(({ reason }) => `${kind}: ${reason}`));
    expect({ ...lostIn(report), lost }).toEqual({ failed: 0, truncated: 0, lost: [] });
    for (const kind of LOAD_KINDS) expect(report.kinds[kind].ok).toBeGreaterThan(0);
  };

  it(`loses nothing in ${DEPLOYS} deploys`, async () => {
    const report = await underLoad(`${DEPLOYS} deploys`, async () => {
      for (let number = 1; number <= DEPLOYS; number += 1) {
        const edition = await world.demo(String(number));
        editions.push(edition);
        expect((await world.deploy(edition)).record.outcome).toBe('moved');
      }
    });
    expect(report.marks).toHaveLength(DEPLOYS);
    expectNothingLost(report);
    expect(report.answers.map(({ digest }) => digest)).toContain(editions.at(-1)?.digest);
  }, 20 * MINUTES);

  it(`loses nothing in ${ROLLBACKS} rollbacks`, async () => {
    const report = await underLoad(`${ROLLBACKS} rollbacks`, async () => {
      for (let number = 0; number < ROLLBACKS; number += 1) await world.rollback();
    });
    expectNothingLost(report);
  }, 20 * MINUTES);
};

describeReal('blue-green under load of every kind', () => trial('blue-green'));
describeReal('rolling in place under load of every kind', () => trial('rolling'));
