import { sample } from '@polydev/operations/testing';
import { describeReal } from '@polydev/sandbox/real';
import type { FaultName } from './schedule/faults';
import type { Strategy } from './schedule/schedule';
import type { Stop } from '../testing/deployers';
import { runStruck } from '../testing/struck-operation';
import { openTrial, type Trial } from '../testing/trial';

/** Effects of an operation on its host, closing included: an operation that has others fails the first test here. */
const EFFECTS = {
  'blue-green': { deploy: 22, rollback: 16 },
  rolling: { deploy: 12, rollback: 10 },
} as const;
type Verb = 'deploy' | 'rollback';
type Moment = Extract<Stop, { readonly effect: number }>;

const momentsOf = (strategy: Strategy, verb: Verb): readonly Moment[] =>
  Array.from({ length: EFFECTS[strategy][verb] }, (_, index) => index + 1).flatMap((effect) => [
    { effect, when: 'before' as const },
    { effect, when: 'after' as const },
  ]);

const KILLS = [
  { fault: 'deployer-killed', says: 'a deployer that is killed' },
  { fault: 'host-killed', says: 'a host of which all processes are killed at once, and which boots again,' },
] as const satisfies readonly { readonly fault: FaultName; readonly says: string }[];

/** How many of the moments a usual run tries: each takes about eight seconds. */
const TRIED = { 'blue-green': { deploy: 2, rollback: 1 }, rolling: { deploy: 1, rollback: 1 } } as const;

describe.each(['blue-green', 'rolling'] as const)('%s', (strategy) => {
  describeReal(`after a sudden death (${strategy})`, () => {
    let trial: Trial;
    beforeAll(async () => {
      trial = await openTrial(strategy);
    }, 180_000);
    afterAll(() => trial.world.close());

    it('all effects are tried', () => {
      const { deploy, rollback } = trial.courses;
      expect({ deploy: deploy.effects.length, rollback: rollback.effects.length }).toEqual(EFFECTS[strategy]);
    });

    for (const { fault, says } of KILLS) {
      for (const verb of ['deploy', 'rollback'] as const) {
        const name = `${fault} in a ${verb} ${strategy}`;
        const moments = sample(name, momentsOf(strategy, verb), TRIED[strategy][verb]);
        it.each(moments)(
          `${says} $when effect $effect of a ${verb} leaves old or new, and the next deploy mends it`,
          async (stop) => {
            const { struck } = await runStruck(trial, { verb, strikes: [{ fault, stop }] });
            expect(struck).toEqual([fault]);
            try {
              await trial.assertServes();
            } finally {
              // The next test begins with everything at rest, whatever became of this one.
              await trial.settle();
            }
          },
          120_000,
        );
      }
    }
  });
});
