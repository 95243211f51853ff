import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentRecordSchema } from '@polydev/contract';
import { describeSsh } from '@polydev/host/testing';
import type { Runbook } from '@polydev/runbook';
import { deadDeployers } from '../../testing/dead-deployer';
import { sample } from '../../testing/sample';
import { app, createWorld, type World } from '../../testing/world';
import { deploy } from '../deploy/deploy';
import { closeDeployment, deployTarget, previewRollback, recoverTarget, statusOfTarget } from '../index';
import { rollback } from '../rollback/rollback';

const calm = new AbortController().signal;
const silent = () => undefined;

describeSsh('a deployer that is killed', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  const {
    settings,
    input,
    run,
    home,
    killedRun,
    killedRollback,
    goBack,
    expectWholeRelease,
    outcomeOf,
    eventualAnswer,
  } = deadDeployers(() => w);
  /** The steps are the runbook's own, so that a new one is killed too. */
  const stepsOf = (runbook: Runbook<never>) =>
    [...runbook.steps, ...runbook.cleanup].map(({ name }) => name).filter((name) => name !== ADOPTING);

  /** Needs a directory at the path: it has a test of its own below. */
  const ADOPTING = 'adopt shared files';

  it.each(sample('steps of a deploy to be killed in', stepsOf(deploy), 4))(
    'in step "%s" of a deploy: a whole release serves, the next run reaches its own, and rollback goes to the right one',
    async (step) => {
      const v1 = await run('v1');
      const head = await killedRun('v2', step);
      await expectWholeRelease();
      expect(await eventualAnswer()).toMatchObject({ status: 'ok' });

      const v3 = await run('v3');
      expect(v3.outcome).toBe('moved');
      expect(await w.answer()).toMatchObject({ version: 'v3', release: v3.hosts[0]?.release });
      await expectWholeRelease();
      expect(readdirSync(join(home(), 'releases')).filter((name) => name.includes('partial'))).toEqual([]);
      const outcome = await outcomeOf(head.id);
      const past = deploy.cleanup.some(({ name }) => name === step);
      expect(outcome).toBe(past ? 'moved' : 'taken-back');
      if (outcome === 'taken-back') expect(readdirSync(join(home(), 'releases'))).not.toContain(head.id);

      const back = await goBack();
      const good = outcome === 'moved' ? head.id : v1.hosts[0]?.release;
      expect(back.targets[0]?.hosts[0]).toMatchObject({ outcome: 'moved', release: good });
      expect(await w.answer()).toMatchObject({ release: good });
    },
  );

  it.each(sample('steps of a rollback to be killed in', stepsOf(rollback), 2))(
    'in step "%s" of a rollback: a whole release serves, and the next rollback goes to the right one',
    async (step) => {
      const v1 = await run('v1');
      const v2 = await run('v2');
      const head = await killedRollback(step);
      await expectWholeRelease();
      expect(await eventualAnswer()).toMatchObject({ status: 'ok' });
      const environment = w.environment(settings());
      const context = { environment, target: environment.targets[0]!, report: silent, signal: calm };
      await recoverTarget({ ...context, by: 'tester@laptop', dryRun: false });
      const outcome = await outcomeOf(head.id);
      expect(outcome).toBe('taken-back');
      expect(await w.answer()).toMatchObject({ release: v2.hosts[0]?.release });
      expect((await goBack()).targets[0]?.hosts[0]).toMatchObject({ release: v1.hosts[0]?.release });
      expect(await w.answer()).toMatchObject({ version: 'v1' });
    },
  );

  it('says what it would do before it does it: recover --dry-run touches nothing', async () => {
    const v1 = await run('v1');
    const head = await killedRun('v2', 'health check');
    const environment = w.environment(settings());
    const context = { environment, target: environment.targets[0]!, report: silent, signal: calm, by: 'tester@laptop' };
    const journal = readFileSync(join(home(), 'journal.jsonl'), 'utf8');
    expect(await recoverTarget({ ...context, dryRun: true })).toEqual([
      {
        host: 'web-1',
        deployment: head.id,
        outcome: 'taken-back',
        release: v1.hosts[0]?.release,
        steps: ['swap', 'place secrets', 'keep the way back', 'install dependencies', 'place release'],
      },
    ]);
    expect(readFileSync(join(home(), 'journal.jsonl'), 'utf8')).toBe(journal);
    expect(await recoverTarget({ ...context, dryRun: false })).toMatchObject([{ outcome: 'taken-back' }]);
    expect(await recoverTarget({ ...context, dryRun: false })).toEqual([{ host: 'web-1', outcome: 'nothing' }]);
  });

  it('of a deploy: a rollback without a SHA stops where mending arrives, as its preview says', async () => {
    await run('v0');
    const v1 = await run('v1');
    await killedRun('v2', 'health check');
    const environment = w.environment(settings());
    const context = { environment, targets: environment.targets, sha: undefined, report: silent, signal: calm };
    const [aim] = await previewRollback(context);
    expect(aim?.choice.release).toBe(v1.hosts[0]?.release);
    expect((await goBack()).targets[0]).toMatchObject({
      outcome: 'unchanged',
      hosts: [{ release: v1.hosts[0]?.release }],
    });
    expect(await w.answer()).toMatchObject({ version: 'v1' });
  });

  it('one that was stuck is mended, and so is its closed record', async () => {
    await run('v1');
    const one = input('v2');
    // Neither the new release nor the way back comes up.
    writeFileSync(join(w.root, 'broken'), '');
    const restart = `test ! -e ${w.root}/broken && ${w.target().restart!}`;
    const environment = {
      ...one.environment,
      targets: one.environment.targets.map((target) => ({ ...target, restart })),
    };
    const context = { environment, target: environment.targets[0]!, report: silent, signal: calm };
    expect(await deployTarget({ ...one, ...context })).toMatchObject({ outcome: 'stuck' });
    expect(await outcomeOf(one.head.id)).toBe('stuck');
    expect((await statusOfTarget({ ...context, limit: 5 })).hosts[0]?.state).toBe('stuck');
    rmSync(join(w.root, 'broken'));
    expect(await recoverTarget({ ...context, by: 'tester@laptop', dryRun: false })).toMatchObject([
      { outcome: 'taken-back' },
    ]);
    expect(await outcomeOf(one.head.id)).toBe('taken-back');
    expect(await w.answer()).toMatchObject({ version: 'v1' });
  });

  it('a damaged journal is said to be so', async () => {
    await run('v1');
    const environment = w.environment(settings());
    const context = { environment, target: environment.targets[0]!, report: silent, signal: calm };
    appendFileSync(join(home(), 'journal.jsonl'), 'null\n{"event":"done"}\n');
    expect((await statusOfTarget({ ...context, limit: 5 })).hosts[0]?.state).toBe('idle');
    const begin = { event: 'begin', run: 'r', runbook: 'deploy', at: '2026-11-24T08:00:00.000Z', plan: null };
    appendFileSync(join(home(), 'journal.jsonl'), `${JSON.stringify(begin)}\n`);
    await expect(recoverTarget({ ...context, by: 'tester@laptop', dryRun: true })).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
    });
    await expect(run('v2')).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
    expect(await w.answer()).toMatchObject({ version: 'v1' });
  });

  it('a deployment that nobody closed is in the history, and recover closes it', async () => {
    const v1 = await run('v1');
    const environment = w.environment(settings());
    const context = { environment, target: environment.targets[0]!, report: silent, signal: calm };
    const status = async () => statusOfTarget({ ...context, limit: 5 });
    expect(await status()).toMatchObject({
      hosts: [{ by: 'tester@laptop' }],
      history: [{ deployment: v1.hosts[0]?.release, outcome: 'moved', open: true }],
    });
    await recoverTarget({ ...context, by: 'tester@laptop', dryRun: false });
    expect((await status()).history[0]?.open).toBeUndefined();
  });

  it('while it adopts shared files: the directory keeps all it holds, and the next run adopts it', async () => {
    mkdirSync(join(w.path, 'uploads'), { recursive: true });
    writeFileSync(join(w.path, 'uploads/cat.png'), 'cat');
    writeFileSync(join(w.path, 'main.js'), app('by hand', 'nameless'));
    await killedRun('v2', ADOPTING);
    expect(readFileSync(join(w.path, 'uploads/cat.png'), 'utf8')).toBe('cat');
    expect((await run('v3')).outcome).toBe('moved');
    expect(readFileSync(join(w.path, 'uploads/cat.png'), 'utf8')).toBe('cat');
    expect(await w.answer()).toMatchObject({ version: 'v3' });
    await expectWholeRelease();
  });

  it('the next run records what it mended as it was then, not as it is after its own move', async () => {
    const v1 = await run('v1');
    const head = await killedRun('v2', 'restart');
    await run('v3');
    const environment = w.environment(settings());
    await closeDeployment({ environment, report: silent, signal: calm, deployment: 'another' });
    const text = readFileSync(join(w.stateDir, 'deployments', `${head.id}.json`), 'utf8');
    expect(deploymentRecordSchema.parse(JSON.parse(text)).targets).toMatchObject([
      { outcome: 'taken-back', hosts: [{ outcome: 'taken-back', release: v1.hosts[0]?.release }] },
    ]);
  });

  it('is closed by whoever comes next: its record says taken back, and status showed it as interrupted', async () => {
    await run('v1');
    const head = await killedRun('v2', 'health check');
    const environment = w.environment(settings());
    const context = { environment, report: silent, signal: calm };
    expect((await statusOfTarget({ ...context, target: environment.targets[0]!, limit: 5 })).hosts[0]?.state).toBe(
      'interrupted',
    );

    await closeDeployment({ ...context, deployment: 'another' });
    const file = join(w.stateDir, 'deployments', `${head.id}.json`);
    const record = deploymentRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(record).toMatchObject({
      outcome: 'rolled-back',
      targets: [{ target: 'app', outcome: 'taken-back', hosts: [{ outcome: 'taken-back' }] }],
    });
    expect(existsSync(join(w.stateDir, 'deployments', `${head.id}.parts`))).toBe(false);
    expect(await w.answer()).toMatchObject({ version: 'v1' });
    const after = await statusOfTarget({ ...context, target: environment.targets[0]!, limit: 5 });
    expect(after.hosts[0]).toMatchObject({ state: 'idle', health: 'healthy', drift: [] });
    expect(after.history.map(({ deployment, outcome }) => [deployment, outcome])).toContainEqual([
      head.id,
      'taken-back',
    ]);
  });
});
