import { sample } from '@polydev/operations/testing';
import { describeReal } from '@polydev/sandbox/real';
import { lookAt } from '../testing/look';
import { untilLockIsFree } from '../testing/strikes';
import { runStruck } from '../testing/struck-operation';
import { openTrial, type Trial } from '../testing/trial';

const LONG = 150_000;
const MOVING = [{ stepNamed: 'move traffic' }];

describeReal('several at work at once (blue-green)', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await openTrial('blue-green');
  }, 180_000);
  afterAll(() => trial.world.close());

  const served = async () => (await lookAt(trial.world, 0)).served;

  it(
    'of two deployers at once one succeeds, and the other is told who holds the lock',
    async () => {
      const demo = await trial.next();
      const first = trial.begin({ demo, stops: MOVING });
      await first.stopped();
      const second = await trial.run({ demo: await trial.next() });
      expect(second.failure?.code).toBe('LOCK_HELD');
      expect(second.failure?.message).toContain('trial@');
      first.go();
      expect((await first.ended).record?.outcome).toBe('succeeded');
      expect(await served()).toEqual([demo.digest]);
      await trial.settle();
    },
    LONG,
  );

  it(
    'two deployers that begin in one moment leave one whole release',
    async () => {
      const demos = [await trial.next(), await trial.next()];
      const ends = await Promise.all(demos.map((demo) => trial.run({ demo })));
      const outcomes = ends.map(({ record, failure }) => failure?.code ?? record?.outcome);
      expect(outcomes).toContain('succeeded');
      await trial.assertServes();
      await trial.settle();
    },
    LONG,
  );

  it(
    'a rollback during a deploy is refused, and the deploy goes on',
    async () => {
      const demo = await trial.next();
      const deploy = trial.begin({ demo, stops: MOVING });
      await deploy.stopped();
      expect((await trial.run({ verb: 'rollback' })).failure?.code).toBe('LOCK_HELD');
      deploy.go();
      expect((await deploy.ended).record?.outcome).toBe('succeeded');
      expect(await served()).toEqual([demo.digest]);
      await trial.settle();
    },
    LONG,
  );

  it(
    'a deploy during a rollback is refused, and the rollback goes on',
    async () => {
      const [old] = trial.candidates();
      await trial.run({ demo: await trial.next() });
      const rollback = trial.begin({ verb: 'rollback', stops: MOVING });
      await rollback.stopped();
      expect((await trial.run({ demo: await trial.next() })).failure?.code).toBe('LOCK_HELD');
      rollback.go();
      expect((await rollback.ended).record?.outcome).toBe('succeeded');
      expect(await served()).toEqual([old?.digest]);
      await trial.settle();
    },
    LONG,
  );

  it(
    'the shell that holds the lock is killed: its deployer gives up, and the next one mends it',
    async () => {
      const end = await runStruck(trial, {
        verb: 'deploy',
        strikes: [{ fault: 'lock-holder-dead', stop: { stepNamed: 'swap' } }],
      });
      expect(end.record?.outcome).not.toBe('succeeded');
      await trial.assertServes();
      await trial.settle();
    },
    LONG,
  );

  it.each(
    sample('moments of a slow deployer', [{ stepNamed: 'move traffic' }, { effect: 11, when: 'after' as const }], 1),
  )(
    'a deployer that was merely slow writes nothing once its lock has passed on (stopped at %j)',
    async (stop) => {
      const slow = trial.begin({ demo: await trial.next(), stops: [stop] });
      await slow.stopped();
      await untilLockIsFree(trial, trial.world.machines[0]!);
      const demo = await trial.next();
      expect((await trial.run({ demo })).record?.outcome).toBe('succeeded');
      const before = await lookAt(trial.world, 0);
      slow.go();
      const { failure } = await slow.ended;
      expect(failure?.code).toBe('CONNECTION_LOST');
      expect(await lookAt(trial.world, 0)).toEqual(before);
      expect(before.served).toEqual([demo.digest]);
      await trial.settle();
    },
    LONG,
  );
});

describeReal('recovering three hosts (rolling)', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await openTrial('rolling', 3);
  }, 180_000);
  afterAll(() => trial.world.close());

  const died = async () => {
    // On the second host, with the first one moved.
    const deployer = trial.begin({ demo: await trial.next(), stops: [{ effect: 12, when: 'after' }] });
    await deployer.stopped();
    deployer.kill();
    await deployer.ended;
  };

  it(
    'from another machine than the one that died: all three serve the same afterwards',
    async () => {
      const [old] = trial.candidates();
      await died();
      const { failure } = await trial.run({ verb: 'recover' });
      expect(failure).toBeUndefined();
      for (const index of [0, 1, 2]) expect((await lookAt(trial.world, index)).served).toEqual([old?.digest]);
      await trial.settle();
    },
    LONG,
  );

  it(
    'with one of them missing: the others are recovered, and the missing one is brought level later',
    async () => {
      const [old] = trial.candidates();
      await died();
      const [, , third] = trial.world.machines;
      await third!.powerCut();
      const environment = { ...trial.world.environment, allowMissingHosts: true };
      const { failure } = await trial.run({ verb: 'recover', environment });
      expect(failure).toBeUndefined();
      for (const index of [0, 1]) expect((await lookAt(trial.world, index)).served).toEqual([old?.digest]);
      const demo = await trial.next();
      expect((await trial.run({ demo, environment })).failure).toBeUndefined();
      for (const index of [0, 1]) expect((await lookAt(trial.world, index)).served).toEqual([demo.digest]);
      await third!.boot();
      await trial.settle();
    },
    LONG,
  );
});
