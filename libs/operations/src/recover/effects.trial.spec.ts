import { readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSsh } from '@polydev/host/testing';
import { deadDeployers } from '../../testing/dead-deployer';
import type { DeployerInput } from '../../testing/deployer';
import { sample } from '../../testing/sample';
import { createWorld, type World } from '../../testing/world';
import { closeDeployment, deployTarget, previewRollback, recoverTarget, statusOfTarget } from '../index';

/** Before and after each of so many effects. */
const killPoints = (effects: number) =>
  Array.from({ length: effects }, (_, index) => index + 1).flatMap((effect) =>
    (['before', 'after'] as const).map((when) => ({ effect, when })),
  );

const calm = new AbortController().signal;
const silent = () => undefined;

describeSsh('a deployer that is killed', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());
  const { settings, input, run, home, linesOf, expectWholeRelease, secretPlaced, outcomeOf, eventuallyFree } =
    deadDeployers(() => w);

  /** Runs to its end in a process of its own; returns the effects that it had on the host. */
  const effectsOf = async (one: DeployerInput): Promise<readonly string[]> => {
    const lines = await linesOf(one);
    return lines.flatMap((line) => {
      const { effect } = JSON.parse(line) as { effect?: string };
      return effect === undefined ? [] : [effect];
    });
  };
  const forward = (version: string): DeployerInput => input(version);
  const backward = (): DeployerInput => {
    const { environment, head, secretValues } = input('of the rollback');
    return { verb: 'rollback', environment, head: { ...head, kind: 'rollback' }, secretValues };
  };

  it.each([
    ['a deploy', forward],
    ['a rollback', backward],
  ] as const)(
    'before and after every single effect of %s on the host: recover brings it to rest, and nothing is left or lost',
    async (what, begin) => {
      // Each trial begins with two good releases, of which the newer serves.
      await run('v0');
      const v1 = await run('v1');
      const restart = async () => {
        await run('v0');
        return run('v1');
      };
      const effects = await effectsOf(begin('v2'));
      expect(effects.length).toBeGreaterThan(begin === forward ? 12 : 4);
      let serves = begin === forward ? undefined : await restart();
      for (const { effect, when } of sample(`kills in ${what}`, killPoints(effects.length))) {
        serves ??= await restart();
        const one = { ...begin(`v2, ${effect}, ${when}`), kill: { effect, when } };
        await linesOf(one);
        await eventuallyFree();
        await expectWholeRelease();
        const environment = w.environment(settings());
        const target = environment.targets[0]!;
        const context = { environment, target, report: silent, signal: calm };
        await recoverTarget({ ...context, by: 'tester@laptop', dryRun: false });
        const outcome = await outcomeOf(one.head.id);
        const before = serves.hosts[0]?.release;
        const status = (await statusOfTarget({ ...context, limit: 1 })).hosts[0];
        const seen = {
          effect: effects[effect - 1],
          when,
          outcome,
          state: status?.state,
          drift: status?.drift,
          health: status?.health,
          stayed: status?.release === before,
        };
        // Dead before it wrote anything of itself, it left no record and nothing else.
        const stayed = outcome === undefined || outcome === 'taken-back';
        expect(seen).toEqual({ ...seen, state: 'idle', drift: [], health: 'healthy', stayed });
        expect(readdirSync(join(home(), 'releases')).filter((name) => name.includes('partial'))).toEqual([]);
        if (begin === forward && stayed) expect(readdirSync(join(home(), 'releases'))).not.toContain(one.head.id);
        expect(secretPlaced()).toBe(stayed ? 'secret of v1' : one.secretValues?.['VERSION']);
        expect(readdirSync(join(home(), 'secrets')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
        if (!stayed) serves = undefined;
      }
      expect(v1.outcome).toBe('moved');
    },
    240_000,
  );

  it('before and after every single effect of taking a failed deployment back: each target is whole, and recorded as it is', async () => {
    const { healthCheck: _, restart: __, ...rest } = w.target({ name: 'site', path: join(w.root, 'opt/site') });
    const site = { ...rest, postDeploy: 'false' };
    const failed = async () => {
      const one = input('v2');
      const environment = { ...one.environment, targets: [...one.environment.targets, site] };
      const head = { ...one.head, planned: ['app', 'site'] };
      for (const target of environment.targets) {
        await deployTarget({ ...one, environment, target, head, report: silent, signal: calm });
      }
      return { verb: 'close' as const, environment, head, secretValues: one.secretValues };
    };
    const v1 = await run('v1');
    await outcomeOf(v1.hosts[0]?.release ?? '');
    const effects = await effectsOf(await failed());
    expect(effects.length).toBeGreaterThan(6);
    for (const { effect, when } of sample('kills in a take-back', killPoints(effects.length))) {
      const one = await failed();
      await linesOf({ ...one, kill: { effect, when } });
      await eventuallyFree();
      await expectWholeRelease();
      const context = { environment: one.environment, report: silent, signal: calm };
      await recoverTarget({ ...context, target: one.environment.targets[0]!, by: 'tester@laptop', dryRun: false });
      // Whoever has to close it tries again; a run that was killed altogether is closed by the next one.
      const record = await closeDeployment({ ...context, deployment: one.head.id, head: one.head });
      const seen = { effect: effects[effect - 1], when, targets: record?.targets.map(({ outcome }) => outcome) };
      expect(seen).toEqual({ ...seen, targets: ['taken-back', 'taken-back'] });
      expect(await w.answer()).toMatchObject({ status: 'ok', release: v1.hosts[0]?.release });
      expect(readdirSync(join(home(), 'releases'))).not.toContain(one.head.id);
    }
  }, 240_000);

  it('before and after every single effect of mending what was stuck: its record says in the end how that ended', async () => {
    await run('v1');
    const stuck = async () => {
      const one = input('v2');
      // Neither the new release nor the way back comes up, as long as a file is there.
      const broken = join(w.root, 'broken');
      const restart = `test ! -e ${broken} && ${w.target().restart!}`;
      const environment = {
        ...one.environment,
        targets: one.environment.targets.map((each) => ({ ...each, restart })),
      };
      const context = { environment, target: environment.targets[0]!, report: silent, signal: calm };
      writeFileSync(broken, '');
      expect(await deployTarget({ ...one, ...context })).toMatchObject({ outcome: 'stuck' });
      rmSync(broken);
      expect(await outcomeOf(one.head.id)).toBe('stuck');
      await eventuallyFree();
      return { id: one.head.id, mending: { verb: 'recover' as const, environment, head: w.head() } };
    };
    const effects = await effectsOf((await stuck()).mending);
    expect(effects.length).toBeGreaterThan(6);
    for (const { effect, when } of sample('kills in mending', killPoints(effects.length))) {
      const { id, mending } = await stuck();
      await linesOf({ ...mending, kill: { effect, when } });
      await eventuallyFree();
      // By hand or by the next deploy: there may be nothing left to mend.
      await recoverTarget({
        ...mending,
        target: mending.environment.targets[0]!,
        by: 'tester@laptop',
        dryRun: false,
        report: silent,
        signal: calm,
      });
      const seen = { effect: effects[effect - 1], when, outcome: await outcomeOf(id) };
      expect(seen).toEqual({ ...seen, outcome: 'taken-back' });
    }
  }, 240_000);

  it('when one of several that go as one is past its point of no return: recover takes the others there', async () => {
    const { healthCheck: _, restart: __, ...rest } = w.target({ name: 'site', path: join(w.root, 'opt/site') });
    const both = (version: string) => {
      const one = input(version);
      return {
        ...one,
        environment: {
          ...one.environment,
          targets: [...one.environment.targets, { ...rest, install: 'none' as const }],
        },
      };
    };
    const deployBoth = async (version: string) => {
      const one = both(version);
      for (const target of one.environment.targets)
        await deployTarget({ ...one, target, report: silent, signal: calm });
      return one.head.id;
    };
    const v1 = await deployBoth('v1');
    await deployBoth('v2');
    const { environment, head, secretValues } = both('none');
    const rollback = {
      verb: 'rollback' as const,
      environment,
      head: { ...head, kind: 'rollback' as const },
      secretValues,
    };
    await linesOf({ ...rollback, kill: { line: '"event":"committed"' } });
    await eventuallyFree();
    const live = () => environment.targets.map(({ path }) => readlinkSync(path).split('/').at(-1));
    const preview = { environment, targets: environment.targets, sha: undefined, report: silent, signal: calm };
    // Foreseen as what it will be: both are back, and have nothing before that.
    await expect(previewRollback(preview)).rejects.toMatchObject({ code: 'NO_PREVIOUS_RELEASE' });
    for (const target of environment.targets) {
      await recoverTarget({ environment, target, by: 'tester@laptop', dryRun: false, report: silent, signal: calm });
    }
    expect(live()).toEqual([v1, v1]);
    expect(await outcomeOf(head.id)).toBe('moved');
  });
});
