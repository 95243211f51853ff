import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { deploymentRecordSchema } from '@polydev/contract';
import { describeSsh } from '@polydev/host/testing';
import type { TargetConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';
import { readArtifact } from '@polydev/artifact';
import { app, createWorld, type World } from '../../testing/world';
import { deploy } from '../deploy/deploy';
import { closeDeployment, deployTarget, recoverTarget, rollbackTargets, statusOfTarget } from '../index';
import type { Runbook } from '@polydev/runbook';
import type { DeployerInput } from '../../testing/deployer';
import { rollback } from '../rollback/rollback';

const calm = new AbortController().signal;
const silent = () => undefined;

describeSsh('a deployer that is killed', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  /** Every step has something to do, so that a kill can hit it; what is to be killed takes its time. */
  const settings = (pause = 'true'): Partial<TargetConfig> => ({
    preDeploy: pause,
    postDeploy: pause,
    install: { command: `${pause}; mkdir -p node_modules` },
    build: 'server',
    buildCommand: pause,
    shared: [{ path: 'uploads', kind: 'directory' }],
    keep: 0,
  });
  const input = (version: string, pause?: string) => ({
    environment: w.environment(settings(pause)),
    artifactDirectory: w.artifact({ 'main.js': app(version), 'package-lock.json': JSON.stringify({ version }) }),
    head: w.head(),
  });
  const run = (version: string) => {
    const one = input(version);
    return deployTarget({ ...one, target: one.environment.targets[0]!, report: silent, signal: calm });
  };
  const home = () => join(w.stateDir, 'targets/app');

  const begun = (one: DeployerInput) => {
    const file = join(w.root, 'input.json');
    writeFileSync(file, JSON.stringify(one));
    return spawn(process.execPath, ['-r', '@swc-node/register', join(__dirname, '../../testing/deployer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };
  /** What a deployer in a process of its own prints until it ends. */
  const linesOf = async (one: DeployerInput): Promise<readonly string[]> => {
    const child = begun(one);
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) lines.push(line);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe(one.kill === undefined ? null : 'SIGKILL');
    return lines;
  };
  /** Runs a deploy or a rollback in a process of its own and kills it when `when` sees its event. Returns its head. */
  const killed = async (one: DeployerInput, when: (event: Event) => boolean) => {
    const child = begun(one);
    let wasKilled = false;
    for await (const line of createInterface(child.stdout)) {
      if (!wasKilled && when(JSON.parse(line) as Event)) wasKilled = child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    // A restart or hook that ran is let end, with the lock; a next run before that would be told who holds it.
    await eventuallyFree();
    return one.head;
  };
  const killedRun = (version: string, when: (event: Event) => boolean) => killed(input(version, 'sleep 0.2'), when);
  const killedRollback = (when: (event: Event) => boolean) => {
    const { environment, head } = input('none');
    return killed({ environment, head: { ...head, kind: 'rollback' } }, when);
  };
  const goBack = () => {
    const { environment, head } = input('none');
    const openHead = () => ({ ...head, kind: 'rollback' as const });
    return rollbackTargets({
      environment,
      targets: environment.targets,
      sha: undefined,
      by: head.by,
      openHead,
      report: silent,
      signal: calm,
    });
  };
  /** The live tree is a whole release: what its own list says, file by file. */
  const expectWholeRelease = async () => {
    const id = readlinkSync(w.path).split('/').at(-1)!;
    const { list } = await readArtifact(join(home(), 'releases', id), {
      exclude: ['.release.json', 'node_modules', 'uploads'],
    });
    expect(list).toBe(readFileSync(join(home(), 'releases', `${id}.mtree`), 'utf8'));
  };
  const outcomeOf = async (deployment: string) => {
    await closeDeployment({
      environment: w.environment(settings()),
      report: silent,
      signal: calm,
      deployment: 'another',
    });
    const file = join(w.stateDir, 'deployments', `${deployment}.json`);
    if (!existsSync(file)) return undefined;
    return deploymentRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).targets[0]?.outcome;
  };
  const at = (step: string, state: string) => (event: Event) =>
    event.kind === 'step' && event.state === state && event.step === step;
  /** The steps are the runbook's own, so that a new one is killed too. */
  const stepsOf = (runbook: Runbook<never>) =>
    [...runbook.steps, ...runbook.cleanup].map(({ name }) => name).filter((name) => name !== ADOPTING);

  /** Needs a directory at the path: it has a test of its own below. */
  const ADOPTING = 'adopt shared files';

  it.each(stepsOf(deploy))(
    'in step "%s" of a deploy: a whole release serves, the next run reaches its own, and rollback goes to the right one',
    async (step) => {
      const v1 = await run('v1');
      const head = await killedRun('v2', at(step, 'started'));
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

  it.each(stepsOf(rollback))(
    'in step "%s" of a rollback: a whole release serves, and the next rollback goes to the right one',
    async (step) => {
      const v1 = await run('v1');
      const v2 = await run('v2');
      const head = await killedRollback(at(step, 'started'));
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
    const { environment, head } = input('none');
    return { environment, head: { ...head, kind: 'rollback' } };
  };

  it.each([
    ['a deploy', forward],
    ['a rollback', backward],
  ] as const)(
    'before and after every single effect of %s on the host: recover brings it to rest, and nothing is left or lost',
    async (_, begin) => {
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
      for (let effect = 1; effect <= effects.length; effect += 1) {
        for (const when of ['before', 'after'] as const) {
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
          if (!stayed) serves = undefined;
        }
      }
      expect(v1.outcome).toBe('moved');
    },
    240_000,
  );

  it('says what it would do before it does it: recover --dry-run touches nothing', async () => {
    const v1 = await run('v1');
    const head = await killedRun('v2', at('health check', 'started'));
    const environment = w.environment(settings());
    const context = { environment, target: environment.targets[0]!, report: silent, signal: calm, by: 'tester@laptop' };
    const journal = readFileSync(join(home(), 'journal.jsonl'), 'utf8');
    expect(await recoverTarget({ ...context, dryRun: true })).toEqual([
      {
        host: 'web-1',
        deployment: head.id,
        outcome: 'taken-back',
        release: v1.hosts[0]?.release,
        steps: ['swap', 'keep the way back', 'install dependencies', 'place release'],
      },
    ]);
    expect(readFileSync(join(home(), 'journal.jsonl'), 'utf8')).toBe(journal);
    expect(await recoverTarget({ ...context, dryRun: false })).toMatchObject([{ outcome: 'taken-back' }]);
    expect(await recoverTarget({ ...context, dryRun: false })).toEqual([{ host: 'web-1', outcome: 'nothing' }]);
  });

  it('while it adopts shared files: the directory keeps all it holds, and the next run adopts it', async () => {
    mkdirSync(join(w.path, 'uploads'), { recursive: true });
    writeFileSync(join(w.path, 'uploads/cat.png'), 'cat');
    writeFileSync(join(w.path, 'main.js'), app('by hand', 'nameless'));
    await killedRun('v2', (event) => event.kind === 'step' && event.state === 'started' && event.step === ADOPTING);
    expect(readFileSync(join(w.path, 'uploads/cat.png'), 'utf8')).toBe('cat');
    expect((await run('v3')).outcome).toBe('moved');
    expect(readFileSync(join(w.path, 'uploads/cat.png'), 'utf8')).toBe('cat');
    expect(await w.answer()).toMatchObject({ version: 'v3' });
    await expectWholeRelease();
  });

  it('the next run records what it mended as it was then, not as it is after its own move', async () => {
    const v1 = await run('v1');
    const head = await killedRun('v2', (event) => event.kind === 'step' && event.step === 'restart');
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
    const head = await killedRun(
      'v2',
      (event) => event.kind === 'step' && event.state === 'started' && event.step === 'health check',
    );
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

  /** The answer once the service has come up: the kill may have hit its start. */
  const eventualAnswer = async () => {
    for (let tries = 0; tries < 50; tries += 1) {
      const answer = await w.answer();
      if (typeof answer !== 'string') return answer;
      await new Promise((done) => setTimeout(done, 100));
    }
    return w.answer();
  };

  /** The shell of a killed deployer ends when its connection does: a moment, not a timeout. */
  const eventuallyFree = async () => {
    const environment = w.environment(settings());
    for (let tries = 0; tries < 50; tries += 1) {
      const status = await statusOfTarget({
        environment,
        target: environment.targets[0]!,
        limit: 1,
        report: silent,
        signal: calm,
      });
      if (status.hosts[0]?.state !== 'deploying') return;
      await new Promise((done) => setTimeout(done, 100));
    }
  };
});
