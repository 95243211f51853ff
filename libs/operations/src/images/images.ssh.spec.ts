import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagesStatusSchema } from '@polydev/contract';
import { describeSsh } from '@polydev/host/testing';
import type { TargetConfig } from '@polydev/manifest';
import { standInProgram } from '../../testing/image-program';
import { createWorld, type World } from '../../testing/world';
import {
  buildImages,
  closeDeployment,
  deployTarget,
  imageSettings,
  imagesOnHosts,
  listVms,
  rollbackTargets,
  startVms,
  stopVms,
} from '../index';

const signal = new AbortController().signal;
const by = 'tester@laptop';
const imageProgram = standInProgram;
const auditor = { who: { by, git: 'Ada <ada@localhost>' }, permission: { reason: 'a new kernel' } };

// The images themselves are a stand-in's; those of real VMs are tested where they are built.
describeSsh('the golden image of a target, on a real server', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
    writeFileSync(join(w.root, 'golden-image.cjs'), standInProgram.text);
  });
  afterEach(() => w.stop());

  const report = (event: World['events'][number]) => void w.events.push(event);
  const root = () => join(w.stateDir, 'images');
  /** A target whose hook builds its image, and then does what else the test wants. */
  const agent = (after = 'true', more: Partial<TargetConfig> = {}): TargetConfig => {
    const { healthCheck: _, restart: __, ...rest } = w.target();
    return {
      ...rest,
      goldenImage: {
        driver: 'process',
        allowProcess: true,
        network: { mode: 'forward' },
        memoryMiB: 256,
        cpus: 1,
        keep: 3,
        readyTimeoutMs: 10_000,
      },
      postDeploy: `node "${w.root}/golden-image.cjs" build "--agent=$DEPLOY_PATH" && ${after}`,
      ...more,
    };
  };
  const deploy = async (files: Record<string, string>, target = agent()) => {
    const environment = { ...w.environment(), targets: [target] };
    const head = w.head();
    const artifactDirectory = w.artifact({ 'main.js': '', ...files });
    const part = await deployTarget({
      ...{ environment, target, artifactDirectory, head, imageProgram },
      ...{ auditor, report, signal },
    });
    await closeDeployment({ environment, deployment: head.id, head, report, signal });
    return { head, part, error: part.hosts[0]?.error?.message ?? '' };
  };
  const back = async (sha: string | undefined, target = agent()) => {
    const environment = { ...w.environment(), targets: [target] };
    const openHead = (found?: string) => w.head({ kind: 'rollback', sha: found ?? '' });
    const input = { environment, targets: [target], sha, by, openHead, imageProgram, auditor, report, signal };
    const { targets } = await rollbackTargets(input);
    return targets[0]?.hosts[0];
  };
  const input = (target = agent()) => ({
    ...{ environment: w.environment(), target, imageProgram, by },
    ...{ auditor, report, signal },
  });
  const state = () => imagesStatusSchema.parse(JSON.parse(readFileSync(join(root(), 'state.json'), 'utf8')));
  const live = () => readFileSync(join(w.path, 'version'), 'utf8');
  /** What the audit log says of images. */
  const activations = (): readonly Record<string, unknown>[] =>
    readFileSync(join(w.stateDir, 'audit.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"action":"image-activated"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('is what the hook builds, told what the manifest says of it', async () => {
    const target = agent(`printenv GOLDEN_IMAGE_SETTINGS GOLDEN_IMAGE_REBUILD >"${w.root}/told"`);
    expect((await deploy({ version: '1' }, target)).error).toBe('');
    const [settings = '', rebuild] = readFileSync(join(w.root, 'told'), 'utf8').split('\n');
    expect(settings).toBe(imageSettings({ target, stateDir: w.stateDir }));
    expect(JSON.parse(settings)).toEqual({
      root: root(),
      target: 'app',
      driver: 'process',
      allowProcess: true,
      network: { mode: 'forward' },
      memoryMiB: 256,
      cpus: 1,
      keep: 3,
      readyTimeoutMs: 10_000,
      rebuild: 'auto',
    });
    expect(rebuild).toBe('auto');
    expect(state().images).toHaveLength(1);
  });

  test('a hook of any other target is told nothing of images', async () => {
    const { goldenImage: _, ...plain } = agent();
    const target = { ...plain, postDeploy: `env >"${w.root}/told"` };
    expect((await deploy({ version: '1' }, target)).error).toBe('');
    expect(readFileSync(join(w.root, 'told'), 'utf8')).not.toContain('GOLDEN_IMAGE');
    expect(existsSync(join(w.stateDir, 'programs'))).toBe(false);
  });

  test('goes back with a deploy that fails after it was activated', async () => {
    await deploy({ version: '1' });
    const before = state().active;
    const failed = await deploy({ version: '2' }, agent('false'));
    expect(failed.part.outcome).toBe('taken-back');
    expect(state()).toMatchObject({ active: before });
    expect(state().images).toHaveLength(2);
    expect(live()).toBe('1');
  });

  test('a rejected image takes the release back with it, and the error says what was wrong', async () => {
    await deploy({ version: '1' });
    const before = state().active;
    const { part, error } = await deploy({ version: '2', bad: '' });
    expect(part.outcome).toBe('taken-back');
    expect(error).toContain('run post_deploy');
    expect(state().active).toBe(before);
    expect(live()).toBe('1');
  });

  test('with rebuild manual a deploy leaves it, and the command builds it all the same', async () => {
    await deploy({ version: '1' });
    const before = state().active;
    const manual = agent('true', { goldenImageRebuild: 'manual' });
    expect((await deploy({ version: '2' }, manual)).error).toBe('');
    expect([live(), state().active]).toEqual(['2', before]);
    const dry = await buildImages({ ...input(manual), refresh: false, dryRun: true });
    expect(dry).toMatchObject([{ host: 'web-1', outcome: 'would-build', previous: before }]);
    expect(state().active).toBe(before);
    const built = await buildImages({ ...input(manual), refresh: false, dryRun: false });
    expect(built).toMatchObject([{ outcome: 'activated', previous: before, verdict: 'ready' }]);
    expect(state().active).toBe(built[0]?.id);
    expect(w.events).toContainEqual({
      kind: 'step',
      step: 'validate',
      state: 'done',
      host: 'web-1',
      durationMs: 4500,
    });
    expect(await buildImages({ ...input(), refresh: false, dryRun: false })).toMatchObject([{ outcome: 'unchanged' }]);
  });

  test('stands in the audit log each time that it becomes another: who, why, which, and how it ended', async () => {
    const first = await deploy({ version: '1' });
    const one = state().active;
    const same = { who: auditor.who, reason: 'a new kernel', target: 'app', host: 'web-1' };
    const ofFirst = { ...same, deployment: first.head.id, commit: first.head.sha };
    expect(activations()).toMatchObject([{ ...ofFirst, after: one, result: 'succeeded' }]);
    expect(activations()[0]).not.toHaveProperty('before');

    await deploy({ version: '2' }, agent('true', { goldenImageRebuild: 'manual' }));
    await buildImages({ ...input(), refresh: false, dryRun: false });
    const two = state().active;
    const byCommand = { ...same, before: one, after: two, result: 'succeeded' };
    expect(activations().slice(1)).toMatchObject([{ ...same, result: 'begun' }, byCommand]);

    await back(first.head.sha.slice(0, 8));
    expect(activations().slice(3)).toMatchObject([{ ...same, before: two, after: one, result: 'succeeded' }]);
    await deploy({ version: '3', bad: '' }, agent('true', { goldenImageRebuild: 'manual' }));
    await expect(buildImages({ ...input(), refresh: false, dryRun: false })).rejects.toMatchObject({
      code: expect.any(String),
    });
    expect(activations().slice(4)).toMatchObject([
      { ...same, result: 'begun' },
      { ...same, result: 'failed' },
    ]);
    expect(state().active).toBe(one);
  });

  test('goes back with its release', async () => {
    const first = await deploy({ version: '1' });
    const before = state().active;
    await deploy({ version: '2' });
    expect(await back(first.head.sha.slice(0, 8))).toMatchObject({ outcome: 'moved' });
    expect([live(), state().active]).toEqual(['1', before]);
  });

  test('is built afresh where it is not kept any more, and that is said', async () => {
    const first = await deploy({ version: '1' });
    await deploy({ version: '2' });
    const now = state();
    writeFileSync(join(root(), 'state.json'), JSON.stringify({ ...now, images: now.images.slice(0, 1) }));
    const host = await back(first.head.sha.slice(0, 8));
    expect(host).toMatchObject({ outcome: 'moved', notes: [expect.stringMatching(/is built afresh/)] });
    expect(state().images).toHaveLength(2);
    expect(state().active).toBe(state().images.find(({ sha }) => sha === first.head.sha)?.id);
  });

  test('one that cannot be restored keeps the release from going back', async () => {
    const first = await deploy({ version: '1' });
    await deploy({ version: '2' });
    const { active } = state();
    writeFileSync(join(root(), 'refuse'), '');
    const host = await back(first.head.sha.slice(0, 8));
    expect(host).toMatchObject({ outcome: 'taken-back', failedStep: 'restore image' });
    expect(host?.error?.message).toContain('Layer agent is not what was activated.');
    expect([live(), state().active]).toEqual(['2', active]);
  });

  test('is not built where no agent is live, and nothing is put there', async () => {
    await expect(buildImages({ ...input(), refresh: false, dryRun: false })).rejects.toMatchObject({
      code: 'NO_AGENT_LIVE',
    });
    expect(existsSync(join(w.stateDir, 'programs'))).toBe(false);
  });

  test('its state can be asked for without leaving anything on the server', async () => {
    await deploy({ version: '1' });
    rmSync(join(w.stateDir, 'programs'), { recursive: true });
    const [seen] = await imagesOnHosts(input());
    expect(seen).toMatchObject({ host: 'web-1', active: state().active, images: [{ verdict: 'ready' }] });
    expect(existsSync(join(w.stateDir, 'programs'))).toBe(false);
    const broken = { ...input(), imageProgram: { ...imageProgram, text: 'throw new Error("no such thing")' } };
    expect(await imagesOnHosts(broken)).toMatchObject([
      { host: 'web-1', trouble: expect.stringMatching(/IMAGE_PROGRAM_FAILED[^]*no such thing/) },
    ]);
  });

  test('VMs start, are listed, and stop; the program lies there once', async () => {
    await deploy({ version: '1' });
    const started = await startVms({ ...input(), count: 2, host: undefined });
    expect(started.map(({ host, image }) => [host, image])).toEqual(Array(2).fill(['web-1', state().active]));
    expect(await listVms(input())).toEqual(started);
    const [first] = started;
    await stopVms({ ...input(), id: first?.id ?? '' });
    expect(await listVms(input())).toEqual(started.slice(1));
    await expect(stopVms({ ...input(), id: 'vm-00000000' })).rejects.toMatchObject({ code: 'VM_GONE' });
    expect(await stopVms({ ...input(), id: 'all' })).toEqual(started.slice(1));
    expect(await stopVms({ ...input(), id: 'all' })).toEqual([]);
    await expect(Promise.resolve().then(() => startVms({ ...input(), count: 1, host: 'web-9' }))).rejects.toMatchObject(
      { code: 'VM_HOST_NEEDED' },
    );
    expect(readdirSync(join(w.stateDir, 'programs'))).toEqual([`golden-image-${imageProgram.sha256.slice(0, 12)}.cjs`]);
    expect(readlinkSync(w.path)).toContain('/releases/');
  });
});
