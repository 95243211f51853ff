import type { TargetConfig } from '@polydev/manifest';
import { sample } from '@polydev/operations/testing';
import { describeReal } from '@polydev/sandbox/real';
import { demoTarget, openRealWorld, type RealWorld } from '../testing/real-world';
import { brokenTable, costOf, LOSES_IN_PLACE, SHOWS_BEFORE, type Broken } from './broken';
import { faultText, type Demo, type DemoFault } from './demo';
import { formatLoadReport, mixesIn, type LoadReport } from './load/report';
import { startLoad } from './load/start-load';
import { writeFigures } from './numbers';

const MINUTES = 60_000;

const broken: Broken[] = [];
afterAll(async () => {
  if (broken.length === 0) return;
  await writeFigures('broken', broken);
  process.stderr.write(`\n${brokenTable(broken)}\n`);
});

/** Quick to give up: what is waited for is broken for good. */
const impatient = (strategy: TargetConfig['strategy']): Partial<TargetConfig> => {
  const { service, traffic, healthCheck } = demoTarget(strategy);
  return {
    ...(service ? { service: { ...service, startTimeoutMs: 4_000, stopTimeoutMs: 4_000 } } : {}),
    ...(traffic ? { traffic: { ...traffic, observeMs: 5_000, drainTimeoutMs: 3_000 } } : {}),
    ...(healthCheck ? { healthCheck: { ...healthCheck, timeoutMs: 3_000 } } : {}),
  };
};

/** A world whose first release works, and what deploys of broken ones cost the clients there. */
const trial = (strategy: TargetConfig['strategy']) => {
  let world: RealWorld;
  let working: Demo;

  beforeAll(async () => {
    world = await openRealWorld({ strategy, target: impatient(strategy) });
    working = await world.demo('works');
    await world.deploy(working);
  }, 5 * MINUTES);
  afterAll(() => world.close());

  const deployBroken = async (fault: DemoFault) => {
    const edition = await world.demo(`broken by ${faultText(fault)}`, { fault });
    const load = await startLoad({ url: world.url(), inside: world.hosts.inside, streamSeconds: 1 });
    try {
      const began = performance.now();
      const { record } = await world.deploy(edition);
      const deployMs = performance.now() - began;
      const report = await load.stop();
      const cost: Broken = {
        ...{ strategy, fault: faultText(fault), failedStep: record.hosts[0]?.failedStep ?? '', deployMs },
        ...costOf(report),
      };
      broken.push(cost);
      process.stderr.write(`\n${strategy}, ${cost.fault}: ${formatLoadReport(report)}\n`);
      return { record, report, cost, edition };
    } finally {
      load.kill();
    }
  };

  /** The release before serves, and no answer came from a tree that nobody deployed. */
  const expectTheOldOne = async (report: LoadReport, edition: Demo) => {
    expect(mixesIn(report, [working.digest, edition.digest])).toEqual([]);
    expect((await world.status()).hosts[0]).toMatchObject({
      digest: working.artifactDigest,
      health: 'healthy',
      state: 'idle',
    });
  };

  return { deployBroken, expectTheOldOne, working: () => working };
};

describeReal('a broken release beside the one that serves', () => {
  const { deployBroken, expectTheOldOne, working } = trial('blue-green');

  it.each(sample('faults beside the one that serves', SHOWS_BEFORE, 3))(
    'costs nobody anything where it shows before the switch: %s',
    async (fault) => {
      const { record, report, cost, edition } = await deployBroken(fault);
      expect(record.outcome).toBe('taken-back');
      expect(cost).toMatchObject({ failed: 0, truncated: 0 });
      expect(report.answers.map(({ digest }) => digest)).toEqual([working().digest]);
      await expectTheOldOne(report, edition);
    },
  );

  it.each(['later-500', 'later-crash'] as const)('is taken back where it shows after the switch: %s', async (kind) => {
    const { record, report, cost, edition } = await deployBroken({ kind, seconds: 5 });
    expect(record.outcome).toBe('taken-back');
    expect(cost.failedStep).toBe('observe');
    // An answer that the crash cut short counts like one that never came: which of the two a client sees is chance.
    expect(cost.failed + cost.truncated).toBeGreaterThan(0);
    await expectTheOldOne(report, edition);
  });
});

describeReal('a broken release in place of the one that served', () => {
  const { deployBroken, expectTheOldOne } = trial('rolling');

  it.each(
    sample(
      'faults in place that lose nothing',
      SHOWS_BEFORE.filter((fault) => !LOSES_IN_PLACE.includes(fault)),
      2,
    ),
  )('is taken back while clients wait, and nothing is lost: %s', async (fault) => {
    const { record, report, cost, edition } = await deployBroken(fault);
    expect(record.outcome).toBe('taken-back');
    expect(cost).toMatchObject({ failed: 0, truncated: 0 });
    await expectTheOldOne(report, edition);
  });

  it.each(sample('faults in place that lose something', LOSES_IN_PLACE, 2))(
    'is taken back, and loses what it had taken: %s',
    async (fault) => {
      const { record, report, cost, edition } = await deployBroken(fault);
      expect(record.outcome).toBe('taken-back');
      expect(cost.failed + cost.truncated).toBeGreaterThan(0);
      await expectTheOldOne(report, edition);
    },
  );
});
