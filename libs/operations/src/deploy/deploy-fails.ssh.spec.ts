import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSsh } from '@polydev/host/testing';
import type { TargetConfig } from '@polydev/manifest';
import { deploys } from '../../testing/deploys';
import { sample } from '../../testing/sample';
import { itWithTmpfs, withTmpfs } from '../../testing/tmpfs';
import { app, createWorld, type World } from '../../testing/world';
import { deploy as deployRunbook } from './deploy';

describeSsh('a deploy that fails', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());
  const { deploy, impatient, releases, live } = deploys(() => w);

  it('deploy v1, break the app, deploy v2: v1 still answers, nothing of v2 is left, the outcome names the step', async () => {
    const v1 = await deploy({ 'main.js': app('v1') });
    expect(v1.outcome).toBe('moved');
    const before = await w.answer();
    expect(before).toMatchObject({ status: 'ok', version: 'v1', release: v1.hosts[0]?.release, digest: v1.digest });

    const v2 = await deploy({ 'main.js': app('v2', 'unhealthy'), 'new.js': '' }, { target: impatient() });
    expect(v2.outcome).toBe('taken-back');
    expect(v2.hosts[0]).toMatchObject({
      failedStep: 'health check',
      release: v1.hosts[0]?.release,
      error: { code: 'HEALTH_CHECK_FAILED' },
    });
    expect(v2.hosts[0]?.error?.message).toContain('"status":"broken"');
    expect(v2.hosts[0]?.error?.message).toContain('keeps serving');
    expect(await w.answer()).toEqual(before);
    expect(releases()).toEqual([v1.hosts[0]?.release]);
  });

  const FAILURES: readonly [string, string, Partial<TargetConfig> | ((world: World) => void)][] = [
    ['install dependencies', 'COMMAND_FAILED', { install: { command: 'echo no network >&2; exit 7' } }],
    ['run pre_deploy', 'COMMAND_FAILED', { preDeploy: 'exit 7' }],
    [
      'link shared files',
      'COMMAND_FAILED',
      (world) => writeFileSync(join(world.stateDir, 'targets/app/shared'), 'a file in the way'),
    ],
    [
      'place secrets',
      'COMMAND_FAILED',
      (world) => writeFileSync(join(world.stateDir, 'targets/app/secrets'), 'a file in the way'),
    ],
    ['swap', 'COMMAND_FAILED', (world) => mkdirSync(join(world.root, 'opt/.app.polydev-new/x'), { recursive: true })],
    ['restart', 'RUN_STUCK', { restart: 'exit 7' }],
    ['run post_deploy', 'COMMAND_FAILED', { postDeploy: 'echo image is broken; exit 7' }],
    ['build on server', 'COMMAND_FAILED', { build: 'server', buildCommand: 'exit 7' }],
    [
      'record',
      'WRITE_FAILED',
      (world) => {
        const file = join(world.stateDir, 'targets/app/target.json');
        rmSync(file);
        mkdirSync(join(file, 'in the way'), { recursive: true });
      },
    ],
  ];

  it('every step of the runbook is made to fail by one of these tests', () => {
    // Steps with tests of their own, here and in adopt.ssh.spec.ts; "keep the way back" does nothing forward that could fail.
    const others = ['place release', 'health check', 'adopt shared files', 'keep the way back'];
    const covered = [...FAILURES.map(([step]) => step), ...others];
    expect(covered.sort()).toEqual(deployRunbook.steps.map(({ name }) => name).sort());
  });

  describe.each(FAILURES)('a failing step "%s"', (step, code, how) => {
    it('takes everything back; v1 answers, nothing of v2 is left', async () => {
      const v1 = await deploy({ 'main.js': app('v1') });
      if (typeof how === 'function') how(w);
      const settings: Partial<TargetConfig> = {
        shared: step === 'link shared files' ? [{ path: 'uploads', kind: 'directory' }] : [],
        secrets: step === 'place secrets' ? ['TOKEN'] : [],
        ...(typeof how === 'function' ? {} : how),
      };
      // A failing restart command fails on the way back as well: the only step whose undo needs it.
      const v2 = await deploy({ 'main.js': app('v2') }, { target: settings });
      expect(v2.hosts[0]).toMatchObject({ failedStep: step, error: { code } });
      expect(await w.answer()).toMatchObject({ version: 'v1', release: v1.hosts[0]?.release });
      expect(live()).toBe(v1.hosts[0]?.release);
      if (step === 'restart') return expect(v2.outcome).toBe('stuck');
      expect(v2.outcome).toBe('taken-back');
      expect(releases()).toEqual([v1.hosts[0]?.release]);
    });
  });

  /** Steps that need a directory at the path; they have tests of their own below. */
  const ADOPTING = ['adopt shared files'];
  const STEPS = deployRunbook.steps.map(({ name }) => name).filter((name) => !ADOPTING.includes(name));

  it.each(sample('steps to be stopped in', STEPS))(
    'Ctrl-C in step "%s" undoes what was done; the old release answers again',
    async (step) => {
      const target: Partial<TargetConfig> = {
        preDeploy: 'sleep 0.3',
        postDeploy: 'sleep 0.3',
        install: { command: 'sleep 0.3' },
        build: 'server',
        buildCommand: 'sleep 0.3',
        shared: [{ path: 'uploads', kind: 'directory' }],
        secrets: ['TOKEN'],
      };
      // Another lock file each, so that there is something to install.
      const files = (version: string) => ({ 'main.js': app(version), 'yarn.lock': version });
      const v1 = await deploy(files('v1'), { target });
      const abort = new AbortController();
      const v2 = await deploy(files('v2'), {
        target,
        signal: abort.signal,
        onEvent: (event) => {
          if (event.kind === 'step' && event.state === 'started' && event.step === step)
            abort.abort(new Error('Ctrl-C'));
        },
      });
      expect(v2.outcome).toBe('taken-back');
      expect(await w.answer()).toMatchObject({ version: 'v1', release: v1.hosts[0]?.release });
      expect(releases()).toEqual([v1.hosts[0]?.release]);
    },
  );

  it('a failed first deploy leaves nothing behind', async () => {
    const v1 = await deploy({ 'main.js': app('v1', 'crashes') }, { target: impatient() });
    expect(v1.outcome).toBe('taken-back');
    expect(existsSync(w.path)).toBe(false);
    expect(releases()).toEqual([]);
    expect(await w.answer()).toEqual(expect.any(String));
  });

  itWithTmpfs('a disk that runs full is named as that; what was half placed is gone and v1 serves', () =>
    withTmpfs(w.stateDir, 'size=130m', async () => {
      const v1 = await deploy({ 'main.js': app('v1') });
      const filler = join(w.stateDir, 'filler');
      const v2 = await deploy(
        { 'main.js': app('v2'), 'big.bin': randomBytes(4_000_000).toString('base64') },
        {
          // There was room when it was looked for, and then somebody else took it.
          onEvent: (event) => {
            if (event.kind !== 'step' || event.state !== 'started' || event.step !== 'place release') return;
            const { bavail, bsize } = statfsSync(w.stateDir);
            writeFileSync(filler, Buffer.alloc(bavail * bsize - 2 * 1024 ** 2));
          },
        },
      );
      const failed = { outcome: 'taken-back', failedStep: 'place release', error: { code: 'DISK_FULL' } };
      expect(v2.hosts[0]).toMatchObject(failed);
      expect(releases()).toEqual([v1.hosts[0]?.release]);
      expect(await w.answer()).toMatchObject({ version: 'v1' });
      rmSync(filler);
      expect((await deploy({ 'main.js': app('v3') })).outcome).toBe('moved');
    }),
  );

  it('with rollback_on_failure: false everything is left as it is, and said', async () => {
    await deploy({ 'main.js': app('v1') });
    const v2 = await deploy(
      { 'main.js': app('v2', 'unhealthy') },
      { target: { rollbackOnFailure: false, ...impatient() } },
    );
    expect(v2.outcome).toBe('stuck');
    expect(await w.answer()).toMatchObject({ version: 'v2', status: 'broken' });
    expect((await deploy({ 'main.js': app('v3') })).outcome).toBe('moved');
  });

  it('over a release that is not healthy, one that fails is taken back all the same, and the remedy is not in its way', async () => {
    await deploy({ 'main.js': app('v1') });
    await deploy({ 'main.js': app('v2', 'unhealthy') }, { target: { rollbackOnFailure: false, ...impatient() } });
    expect((await deploy({ 'main.js': app('v3', 'unhealthy') }, { target: impatient() })).outcome).toBe('taken-back');
    expect(await w.answer()).toMatchObject({ version: 'v2', status: 'broken' });
    expect((await deploy({ 'main.js': app('v4') })).outcome).toBe('moved');
  });
});
