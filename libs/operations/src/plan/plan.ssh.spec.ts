import { execFileSync, execSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeSsh } from '@polydev/host/testing';
import type { TargetConfig } from '@polydev/manifest';
import type { DeployerInput } from '../../testing/deployer';
import { app, createWorld, type World } from '../../testing/world';
import { deployTarget, planTarget, type ExpectedPlan, type HostPlan, type TargetPlan } from '../index';

describeSsh('plan over a real sshd', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  type Files = Record<string, string>;
  const inputFor = (files: Files, target: Partial<TargetConfig> = {}) => {
    const environment = w.environment(target);
    return {
      environment,
      target: environment.targets[0]!,
      artifactDirectory: w.artifact(files),
      report: (event: World['events'][number]) => void w.events.push(event),
      signal: new AbortController().signal,
    };
  };
  const deploy = (files: Files, target?: Partial<TargetConfig>, expected?: ExpectedPlan) =>
    deployTarget({ ...inputFor(files, target), head: w.head(), ...(expected ? { expected } : {}) });
  /** The server's whole disk, with the time at which each file last changed in any way. */
  const disk = () =>
    execFileSync('find', [join(w.root, 'opt'), '-printf', '%p %y %m %s %T@ %C@ %l\n'], { encoding: 'utf8' });
  /** The plan; the server's disk is proven to be as it was. */
  const plan = async (
    files: Files,
    target?: Partial<TargetConfig>,
  ): Promise<TargetPlan & { readonly first: HostPlan }> => {
    mkdirSync(join(w.root, 'opt'), { recursive: true });
    const before = disk();
    const { sha, dirty } = w.head();
    const made = await planTarget({ ...inputFor(files, target), head: { sha, dirty } });
    expect(disk()).toBe(before);
    return { ...made, first: made.hosts[0]! };
  };
  const only = (...plans: readonly TargetPlan[]): ExpectedPlan => ({
    hashes: plans.map(({ hash }) => hash),
    recall: (hash) => plans.find((one) => one.hash === hash),
  });
  const releases = () =>
    readdirSync(join(w.stateDir, 'targets/app/releases')).filter((name) => !/\.(mtree|copied)$/.test(name));

  it('says what a deploy then does: files sent and kept, the release that goes, the one that serves', async () => {
    const install = { command: 'mkdir -p node_modules' };
    const settings = { keep: 1, install, preDeploy: 'true' };
    const v0 = await deploy({ 'main.js': app('v0') }, settings);
    const v1 = await deploy({ 'main.js': app('v1'), 'same.txt': 'same', 'gone.txt': 'gone!' }, settings);
    const v2 = await deploy({ 'main.js': app('v2'), 'same.txt': 'same', 'gone.txt': 'gone!' }, settings);
    const files = { 'main.js': app('v3'), 'same.txt': 'same', 'new.txt': 'new' };
    const { first } = await plan(files, settings);
    expect(first).toMatchObject({
      action: 'deploy',
      reasons: [{ kind: 'content' }],
      live: { release: v2.hosts[0]?.release },
      files: {
        added: [{ path: 'new.txt', size: 3 }],
        changed: [{ path: 'main.js', size: app('v3').length, before: app('v2').length }],
        removed: [{ path: 'gone.txt', size: 5 }],
      },
      steps: { install: { reuse: true }, preDeploy: 'true' },
      prune: [v0.hosts[0]?.release],
    });

    const v3 = await deploy(files, settings);
    expect(v3.hosts[0]).toMatchObject({
      previous: first.live?.release,
      transfer: { sentFiles: first.send.files, bytes: first.send.bytes, reusedFiles: first.reuse.files },
    });
    expect(releases()).toEqual([v1, v2, v3].map(({ hosts }) => hosts[0]?.release));
    expect((await plan(files, settings)).first).toMatchObject({ action: 'nothing', reasons: [] });
    expect((await deploy(files, settings)).outcome).toBe('unchanged');
  });

  it('is the same for the same world, before the first deploy too, where it finds nothing and makes nothing', async () => {
    const [one, two] = [await plan({ 'main.js': app('v1') }), await plan({ 'main.js': app('v1') })];
    expect(one.hash).toMatch(/^p[0-9a-f]{12}$/);
    expect(two.hash).toBe(one.hash);
    expect(one.first).toMatchObject({ action: 'deploy', reasons: [{ kind: 'first' }] });
    expect((await deploy({ 'main.js': app('v1') }, {}, only(one))).outcome).toBe('moved');
  });

  it('what changes on the host after it was shown makes a deploy of it refuse, and say what', async () => {
    const v1 = await deploy({ 'main.js': app('v1'), 'a.txt': 'a' });
    const files = { 'main.js': app('v2'), 'a.txt': 'a' };
    const shown = await plan(files);
    writeFileSync(join(w.path, 'a.txt'), 'EDITED');
    const before = await w.answer();
    await expect(deploy(files, {}, only(shown))).rejects.toMatchObject({
      code: 'PLAN_CHANGED',
      message: expect.stringContaining('web-1: files changed by hand: a.txt (changed) is new') as string,
    });
    expect(await w.answer()).toEqual(before);
    expect(releases()).toEqual([v1.hosts[0]?.release]);

    const again = await plan(files);
    expect(again.first.drift).toEqual([{ kind: 'changed', path: 'a.txt', files: 1 }]);
    expect(again.first.send.files).toBe(2);
    expect((await deploy(files, {}, only(again))).outcome).toBe('moved');
    await expect(deploy({ 'main.js': app('v3') }, {}, only(again))).rejects.toMatchObject({
      code: 'PLAN_CHANGED',
      message: expect.stringMatching(/artifact digest: was .*live release: was /s) as string,
    });
  });

  it('names every file of a directory that was made by hand, to a limit, and counts files only', async () => {
    await deploy({ 'main.js': app('v1'), 'in/a.txt': 'a' });
    mkdirSync(join(w.path, 'made/below'), { recursive: true });
    mkdirSync(join(w.path, 'many'));
    mkdirSync(join(w.path, 'in/empty'));
    writeFileSync(join(w.path, 'made/below/b.txt'), 'b');
    for (let index = 100; index < 303; index++) writeFileSync(join(w.path, 'many', `${index}`), '');
    const { first } = await plan({ 'main.js': app('v1'), 'in/a.txt': 'a' });
    expect(first.reasons).toEqual([{ kind: 'drift', files: 204 }]);
    expect(first.drift).toContainEqual({ kind: 'extra', path: 'made/below/b.txt', files: 1 });
    expect(first.drift).toContainEqual({ kind: 'extra', path: 'many/299', files: 1 });
    expect(first.drift).toContainEqual({ kind: 'extra', path: 'many/… and 3 more', files: 3 });
    expect(first.drift).toContainEqual({ kind: 'extra', path: 'in/empty/', files: 0 });
    expect(first.drift).toHaveLength(203);
  });

  it('what preflight would refuse by the environment’s rules, the plan refuses too, with the same hash', async () => {
    const input = { ...inputFor({ 'main.js': app('v1') }), head: { ...w.head(), dirty: true } };
    const strict = { ...input.environment, protected: true, branch: 'main' };
    const [free, refused] = [await planTarget(input), await planTarget({ ...input, environment: strict })];
    expect(free.refusals).toEqual([]);
    expect(refused.refusals).toMatchObject([{ code: 'TREE_DIRTY' }, { code: 'BRANCH_WRONG' }]);
    expect(refused.hash).toBe(free.hash);
  });

  it('where nothing is to be done, a deploy passes though only another target’s plan was given; else it refuses', async () => {
    await deploy({ 'main.js': app('v1') });
    const other = { ...(await plan({ 'main.js': app('v1') })), target: 'other', hash: 'p000000000000' };
    expect((await deploy({ 'main.js': app('v1') }, {}, only(other))).outcome).toBe('unchanged');
    await expect(deploy({ 'main.js': app('v2') }, {}, only(other))).rejects.toMatchObject({ code: 'PLAN_NOT_GIVEN' });
    await expect(
      deploy({ 'main.js': app('v2') }, {}, { hashes: ['p000000000001'], recall: () => undefined }),
    ).rejects.toMatchObject({ code: 'PLAN_CHANGED', message: expect.stringContaining('cannot be told') as string });
  });

  it('a service that is ill is a reason, and so are settings of the manifest', async () => {
    const files = { 'main.js': app('v1') };
    await deploy(files);
    const shared = [{ path: 'uploads', kind: 'directory' }] as const;
    expect((await plan(files, { shared })).first.reasons).toEqual([{ kind: 'settings' }]);
    execSync(`kill $(cat '${w.root}/pid')`);
    expect((await plan(files)).first.reasons).toMatchObject(
      [{ kind: 'unhealthy', seen: /.+/ }].map(({ kind }) => ({ kind })),
    );
  });

  it('a directory at the path: what moves, what stays behind, and what a deploy would refuse for', async () => {
    mkdirSync(join(w.path, 'uploads'), { recursive: true });
    writeFileSync(join(w.path, 'main.js'), 'by hand');
    writeFileSync(join(w.path, 'old.log'), 'log');
    const files = { 'main.js': app('v1') };
    const refused = await plan(files);
    expect(refused.first).toMatchObject({ action: 'refuse', refusals: [{ code: 'ADOPTION_UNDECLARED' }] });

    const settings = { shared: [{ path: 'uploads', kind: 'directory' }], drop: ['*.log'] } as const;
    const shown = await plan(files, settings);
    expect(shown.first).toMatchObject({
      action: 'deploy',
      reasons: [{ kind: 'foreign', found: 'directory' }],
      files: { changed: [{ path: 'main.js', before: 7 }] },
      steps: { adopt: { move: ['uploads'], leave: ['old.log'] } },
    });
    expect((await deploy(files, settings, only(shown))).outcome).toBe('moved');
  });

  it('what a killed deployer left is foreseen to be undone, and a deploy of that plan then does it', async () => {
    const v1 = await deploy({ 'main.js': app('v1'), 'a.txt': 'a' });
    const input = { ...inputFor({ 'main.js': app('v2'), 'a.txt': 'a' }, { postDeploy: 'sleep 1' }), head: w.head() };
    await killAt('health check', { verb: 'deploy', ...input });
    const files = { 'main.js': app('v3'), 'a.txt': 'a' };
    const shown = await plan(files);
    expect(shown.first).toMatchObject({
      mend: { deployment: input.head.id, runbook: 'deploy', how: 'undone', stuck: false },
      live: { release: v1.hosts[0]?.release },
      send: { files: 1 },
      reuse: { files: 1 },
    });
    const v3 = await deploy(files, {}, only(shown));
    expect(v3.hosts[0]).toMatchObject({
      outcome: 'moved',
      previous: v1.hosts[0]?.release,
      transfer: { sentFiles: 1, reusedFiles: 1 },
    });
    expect(releases()).toEqual([v1.hosts[0]?.release, v3.hosts[0]?.release]);
  });

  /** Runs a deploy in a process of its own, kills it once a step is done, and waits until its lock is free. */
  const killAt = async (step: string, input: DeployerInput) => {
    writeFileSync(join(w.root, 'input.json'), JSON.stringify(input));
    const program = ['-r', '@polydev/run-source', join(__dirname, '../../testing/deployer.ts')];
    const child = spawn(process.execPath, [...program, join(w.root, 'input.json')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface(child.stdout)) {
      const event = JSON.parse(line) as { kind: string; step?: string; state?: string };
      if (event.step === step && event.state === 'done') child.kill('SIGKILL');
    }
    while ((await planTarget({ ...inputFor({ 'main.js': '' }), head: w.head() })).hosts[0]?.lock) await sleep(100);
  };

  it('a lock that is held is told with its holder', async () => {
    const running = deploy({ 'main.js': app('v1') }, { preDeploy: `touch '${w.root}/waiting'; sleep 1` });
    while (!existsSync(join(w.root, 'waiting'))) await sleep(20);
    const made = await planTarget({ ...inputFor({ 'main.js': app('v1') }), head: w.head() });
    expect(made.hosts[0]?.lock).toMatchObject({
      by: 'tester@laptop',
      deployment: expect.stringMatching(/^2026/) as string,
    });
    expect((await running).outcome).toBe('moved');
  });
});
