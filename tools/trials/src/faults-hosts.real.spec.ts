import { describeReal } from '@polydev/sandbox/real';
import type { FaultName } from './schedule/faults';
import { lookAt } from '../testing/look';
import { runStruck } from '../testing/struck-operation';
import { openTrial, type Trial } from '../testing/trial';

const STEPS = ['place release', 'start release', 'health check', 'move traffic', 'swap', 'observe', 'record'] as const;

describeReal('a deploy on a host, link or disk that fails (blue-green)', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await openTrial('blue-green');
  }, 180_000);
  afterAll(() => trial.world.close());

  const struckIn = async (fault: FaultName, stepNamed?: string) => {
    const strikes = [{ fault, ...(stepNamed === undefined ? {} : { stop: { stepNamed } }) }];
    const end = await runStruck(trial, { verb: 'deploy', strikes });
    expect(end.struck).toEqual([fault]);
    await trial.assertServes();
    return end;
  };
  const LONG = 120_000;

  it.each(longOnly(STEPS, ['move traffic']))(
    'goes on after the link was cut for two seconds in the step "%s"',
    async (step) => {
      expect((await struckIn('link-cut-2s', step)).record?.outcome).toBe('succeeded');
      await trial.settle();
    },
    LONG,
  );

  it.each(longOnly(STEPS, ['move traffic']))(
    'gives up when the link is cut for ever in the step "%s", and says so; the next one mends it',
    async (step) => {
      expect((await struckIn('link-cut', step)).failure?.code).toMatch(/^(CONNECTION_LOST|HOST_UNREACHABLE)$/);
      await trial.settle();
    },
    LONG,
  );

  it.each(longOnly(STEPS, ['swap']))(
    'does not notice that the SSH server is restarted in the step "%s"',
    async (step) => {
      expect((await struckIn('sshd-restarted', step)).record?.outcome).toBe('succeeded');
      await trial.settle();
    },
    LONG,
  );

  it.each(
    longOnly(
      STEPS.flatMap((step) =>
        (['disk-full', 'inodes-full', 'read-only'] as const).map((fault) => [fault, step] as const),
      ),
      [
        ['disk-full', 'place release'],
        ['read-only', 'swap'],
      ] as const,
    ),
  )(
    'is taken back (%s in the step "%s"), and once the disk can be written again the next one succeeds',
    async (fault, step) => {
      const { record } = await struckIn(fault, step);
      expect(record?.outcome).not.toBe('succeeded');
      await trial.settle();
    },
    LONG,
  );

  it.each(longOnly(STEPS, ['observe']))(
    'survives that HAProxy is killed in the step "%s"',
    async (step) => {
      await struckIn('haproxy-killed', step);
      await trial.settle();
    },
    LONG,
  );

  it.each(longOnly(['clock-ahead', 'clock-behind'] as const, ['clock-behind'] as const))(
    'is the same with a deployer whose clock is an hour off: %s',
    async (fault) => {
      const { record } = await struckIn(fault);
      expect(record?.outcome).toBe('succeeded');
      await trial.settle();
    },
    LONG,
  );

  it(
    'after a deploy from the future another goes back by one release, not by the clock',
    async () => {
      await struckIn('clock-ahead');
      const before = trial.candidates()[0];
      const { record } = await trial.run({ verb: 'rollback' });
      expect(record?.outcome).toBe('succeeded');
      expect((await lookAt(trial.world, 0)).served).toEqual([before?.digest]);
      await trial.settle();
    },
    LONG,
  );

  it(
    'a file of the release that was changed by hand is found, and is not carried into the next one',
    async () => {
      const { record } = await struckIn('file-changed');
      expect(record?.outcome).toBe('succeeded');
      await trial.settle();
    },
    LONG,
  );

  it(
    'a release that was changed by hand is deployed anew when the same build is deployed again',
    async () => {
      const demo = await trial.settle();
      const [machine] = trial.world.machines;
      await machine!.run(['sh', '-c', `echo changed >>${trial.world.target.path}/content.txt`]);
      const { record } = await trial.run({ demo });
      expect(record?.outcome).toBe('succeeded');
      const { served, releases, path } = await lookAt(trial.world, 0);
      expect(served).toEqual([demo.digest]);
      expect(releases.find(({ id }) => id === path.release)).toMatchObject({ digest: demo.digest, differs: [] });
      await trial.settle();
    },
    LONG,
  );

  it(
    'a path that was replaced by a directory by hand is adopted, and the next one goes on from there',
    async () => {
      await struckIn('path-replaced');
      await trial.settle();
    },
    LONG,
  );
});

/** All of them in the long run; a few in a usual one. */
function longOnly<T>(all: readonly T[], few: readonly T[]): readonly T[] {
  return process.env['POLYDEV_TRIALS'] === 'all' ? all : few;
}
