import { execSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
  lstatSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TargetRecord } from '@polydev/contract';
import type { TargetConfig } from '@polydev/manifest';
import { readArtifact } from '@polydev/artifact';
import { describeSsh } from '@polydev/host/testing';
import { itWithTmpfs, withTmpfs } from '../../testing/tmpfs';
import { sample } from '../../testing/sample';
import { decrypted } from '../../testing/secrets';
import { app, createWorld, type World } from '../../testing/world';
import { deployTarget } from '../index';
import { deploy as deployRunbook } from './deploy';

describeSsh('deploy over a real sshd', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  interface DeployOptions {
    readonly target?: Partial<TargetConfig>;
    readonly signal?: AbortSignal;
    readonly onEvent?: (event: World['events'][number]) => void;
  }
  const deploy = (
    files: Record<string, string>,
    { target = {}, signal, onEvent }: DeployOptions = {},
  ): Promise<TargetRecord> => {
    const environment = w.environment(target, { secrets: decrypted({ TOKEN: 'one-two-three' }) });
    return deployTarget({
      environment,
      target: environment.targets[0]!,
      artifactDirectory: w.artifact(files),
      head: w.head(),
      report: (event) => {
        w.events.push(event);
        onEvent?.(event);
      },
      signal: signal ?? new AbortController().signal,
    });
  };
  const home = () => join(w.stateDir, 'targets/app');
  const releases = () =>
    existsSync(join(home(), 'releases'))
      ? readdirSync(join(home(), 'releases')).filter((name) => !/\.(mtree|copied)$/.test(name))
      : [];
  const live = () => readlinkSync(w.path).split('/').at(-1);

  it('deploy v1, break the app, deploy v2: v1 still answers, nothing of v2 is left, the outcome names the step', async () => {
    const v1 = await deploy({ 'main.js': app('v1') });
    expect(v1.outcome).toBe('moved');
    const before = await w.answer();
    expect(before).toMatchObject({ status: 'ok', version: 'v1', release: v1.hosts[0]?.release, digest: v1.digest });

    const v2 = await deploy({ 'main.js': app('v2', 'unhealthy'), 'new.js': '' });
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

  it('sends only what changed, keeps the rest by copying on the host, and drops what the artifact lacks', async () => {
    await deploy({ 'main.js': app('v1'), 'same.txt': 'same', 'gone.txt': 'gone', 'sub/kept.txt': 'kept' });
    const v2 = await deploy({ 'main.js': app('v2'), 'same.txt': 'same', 'sub/kept.txt': 'kept', 'new.txt': 'new' });
    expect(v2.hosts[0]?.transfer).toMatchObject({ sentFiles: 2, reusedFiles: 2 });
    expect(readdirSync(w.path).sort()).toEqual(['.release.json', 'main.js', 'new.txt', 'same.txt', 'sub']);
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('an edit of the live release by hand does not change the retained one, and is not carried into the next', async () => {
    await deploy({ 'main.js': app('v1'), 'same.txt': 'same' });
    const v1 = live();
    await deploy({ 'main.js': app('v2'), 'same.txt': 'same' });
    writeFileSync(join(w.path, 'same.txt'), 'EDITED');
    expect(readFileSync(join(home(), 'releases', v1!, 'same.txt'), 'utf8')).toBe('same');

    await deploy({ 'main.js': app('v3'), 'same.txt': 'same' });
    expect(readFileSync(join(w.path, 'same.txt'), 'utf8')).toBe('same');
    expect(w.events).toContainEqual(
      expect.objectContaining({ kind: 'warning', text: expect.stringContaining('changed same.txt') as string }),
    );
  });

  it('deploys names of every kind, symlinks, executable bits and empty directories unchanged', async () => {
    const names = [
      'with space',
      'it\'s "quoted"',
      '$(touch pwned)',
      'line\nbreak',
      '-dash',
      'back\\slash',
      '#hash',
      'ümläut',
      '*?[a]',
    ];
    const directory = w.artifact({
      'main.js': app('v1'),
      ...Object.fromEntries(names.map((name) => [`odd/${name}`, name])),
    });
    symlinkSync('main.js', join(directory, 'a link'));
    mkdirSync(join(directory, 'empty dir'));
    chmodSync(join(directory, 'main.js'), 0o755);
    const environment = w.environment();
    const input = {
      environment,
      target: environment.targets[0]!,
      artifactDirectory: directory,
      report: () => undefined,
      signal: new AbortController().signal,
    };
    expect((await deployTarget({ ...input, head: w.head() })).outcome).toBe('moved');
    const sent = await readArtifact(directory);
    const got = await readArtifact(realPath(), { exclude: ['.release.json'] });
    expect(got.list).toBe(sent.list);
    expect(existsSync(join(w.root, 'pwned'))).toBe(false);
    writeFileSync(join(directory, 'more'), '');
    expect((await deployTarget({ ...input, head: w.head() })).hosts[0]?.transfer).toMatchObject({ sentFiles: 1 });
  });
  const realPath = () => join(home(), 'releases', live()!);

  it('the same digest a second time does nothing and says so; drift or an ill service makes it deploy again', async () => {
    const files = { 'main.js': app('v1'), 'a.txt': 'a' };
    const first = await deploy(files);
    const again = await deploy(files);
    expect(again).toMatchObject({ outcome: 'unchanged', hosts: [{ release: first.hosts[0]?.release }] });
    expect(releases()).toHaveLength(1);
    expect(w.events.at(-1)).toMatchObject({
      kind: 'outcome',
      ok: true,
      text: expect.stringContaining('already live') as string,
    });

    writeFileSync(join(w.path, 'a.txt'), 'EDITED');
    expect((await deploy(files)).outcome).toBe('moved');
    execSync(`kill $(cat '${w.root}/pid')`);
    expect((await deploy(files)).outcome).toBe('moved');
    expect(await w.answer()).toMatchObject({ version: 'v1' });
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
    // Steps with tests of their own in this file; "keep the way back" does nothing forward that could fail.
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

  it('two deployers at once: one wins, the other says who holds the lock and touched nothing', async () => {
    await deploy({ 'main.js': app('v1') });
    const results = await Promise.allSettled([
      deploy({ 'main.js': app('v2') }, { target: { preDeploy: 'sleep 1' } }),
      deploy({ 'main.js': app('v3') }, { target: { preDeploy: 'sleep 1' } }),
    ]);
    const won = results.filter((result) => result.status === 'fulfilled');
    const lost = results.filter((result) => result.status === 'rejected');
    expect(won).toHaveLength(1);
    expect(lost[0]?.reason).toMatchObject({
      code: 'LOCK_HELD',
      message: expect.stringContaining('tester@laptop') as string,
    });
    expect(releases()).toHaveLength(2);
  });

  it('a service whose answer does not name its release is proven by its process', async () => {
    await deploy({ 'main.js': app('v1', 'nameless') });
    const v2 = await deploy({ 'main.js': app('v2', 'nameless') });
    expect(v2).toMatchObject({ outcome: 'moved', hosts: [{ notes: [] }] });
    const v3 = await deploy({ 'main.js': app('v3', 'nameless') }, { target: { restart: 'true' } });
    expect(v3.hosts[0]).toMatchObject({ failedStep: 'health check' });
    expect(v3.hosts[0]?.error?.message).toContain('still answers');
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('an old release that goes on answering is not taken for the new one', async () => {
    await deploy({ 'main.js': app('v1') });
    const v2 = await deploy({ 'main.js': app('v2') }, { target: { restart: 'true' } });
    expect(v2.hosts[0]).toMatchObject({ outcome: 'taken-back', failedStep: 'health check' });
    expect(v2.hosts[0]?.error?.message).toContain('still answers');
  });

  it('a failed first deploy leaves nothing behind', async () => {
    const v1 = await deploy({ 'main.js': app('v1', 'crashes') });
    expect(v1.outcome).toBe('taken-back');
    expect(existsSync(w.path)).toBe(false);
    expect(releases()).toEqual([]);
    expect(await w.answer()).toEqual(expect.any(String));
  });

  describe('a directory found at the path', () => {
    beforeEach(() => {
      mkdirSync(join(w.path, 'uploads/2026'), { recursive: true });
      writeFileSync(join(w.path, 'main.js'), app('by hand', 'nameless'));
      writeFileSync(join(w.path, '.env'), 'SECRET=1');
      writeFileSync(join(w.path, 'uploads/2026/cat.png'), 'cat');
      writeFileSync(join(w.path, 'old.log'), 'log');
      execSync(`'${w.root}/restart.sh' '${w.root}' ${w.port}`);
    });
    const declared: Partial<TargetConfig> = {
      shared: [
        { path: '.env', kind: 'file' },
        { path: 'uploads', kind: 'directory' },
      ],
      drop: ['*.log'],
    };

    it('is not adopted before all it holds beside the artifact is declared; each is named', async () => {
      const refused = deploy({ 'main.js': app('v1') });
      await expect(refused).rejects.toMatchObject({ code: 'ADOPTION_UNDECLARED' });
      await expect(refused).rejects.toThrow(/\.env\n\s+old\.log\n\s+uploads\//);
      expect(lstatSync(w.path).isDirectory()).toBe(true);
    });

    it('becomes a release; what is shared is kept, moved without a gap and linked into both', async () => {
      const v1 = await deploy({ 'main.js': app('v1') }, { target: declared });
      expect(v1.outcome).toBe('moved');
      expect(readFileSync(join(w.path, '.env'), 'utf8')).toBe('SECRET=1');
      expect(readFileSync(join(w.path, 'uploads/2026/cat.png'), 'utf8')).toBe('cat');
      const adopted = releases().find((name) => name.startsWith('adopted-'));
      expect(readFileSync(join(home(), 'releases', adopted!, 'old.log'), 'utf8')).toBe('log');
      expect(readFileSync(join(home(), 'releases', adopted!, '.env'), 'utf8')).toBe('SECRET=1');
      expect(await w.answer()).toMatchObject({ version: 'v1' });
    });

    const expectAsFound = async () => {
      expect(lstatSync(w.path).isDirectory()).toBe(true);
      expect(readdirSync(w.path).sort()).toEqual(['.env', 'main.js', 'old.log', 'uploads']);
      expect(lstatSync(join(w.path, 'uploads')).isSymbolicLink()).toBe(false);
      expect(readFileSync(join(w.path, 'uploads/2026/cat.png'), 'utf8')).toBe('cat');
      expect(releases()).toEqual([]);
      expect(await w.answer()).toMatchObject({ version: 'by hand' });
    };

    it('is as it was found when adopting its shared files fails', async () => {
      mkdirSync(home(), { recursive: true });
      writeFileSync(join(home(), 'shared'), 'a file in the way');
      const v1 = await deploy({ 'main.js': app('v1') }, { target: declared });
      expect(v1.hosts[0]).toMatchObject({ outcome: 'taken-back', failedStep: 'adopt shared files' });
      await expectAsFound();
    });

    it('is as it was found after Ctrl-C in that step', async () => {
      const abort = new AbortController();
      const v1 = await deploy(
        { 'main.js': app('v1') },
        {
          target: declared,
          signal: abort.signal,
          onEvent: (event) => {
            if (event.kind === 'step' && event.state === 'started' && ADOPTING.includes(event.step)) abort.abort();
          },
        },
      );
      expect(v1.outcome).toBe('taken-back');
      await expectAsFound();
    });

    itWithTmpfs(
      'on another file system than the releases, it stays beside its path and comes back from there',
      async () => {
        const apart = join(w.root, 'apart');
        await withTmpfs(apart, 'size=4m', async () => {
          const path = join(apart, 'app');
          execSync(`cp -a '${w.path}' '${path}'`);
          const healthCheck = { ...w.target().healthCheck!, url: `http://127.0.0.1:${w.port}/health`, body: {} };
          const target = { ...declared, path, restart: 'true', healthCheck };
          const broken = await deploy({ 'main.js': app('v1') }, { target: { ...target, postDeploy: 'exit 7' } });
          expect(broken.outcome).toBe('taken-back');
          expect(readdirSync(apart)).toEqual(['app']);
          expect(readdirSync(path).sort()).toEqual(['.env', 'main.js', 'old.log', 'uploads']);
          expect(lstatSync(join(path, '.env')).isFile()).toBe(true);
          expect(readdirSync(join(home(), 'shared'))).toEqual([]);

          writeFileSync(join(path, '.env'), 'SECRET=2');
          expect((await deploy({ 'main.js': app('v1') }, { target })).outcome).toBe('moved');
          expect(lstatSync(path).isSymbolicLink()).toBe(true);
          expect(readFileSync(join(path, '.env'), 'utf8')).toBe('SECRET=2');
          const adopted = releases().find((name) => name.startsWith('adopted-'));
          expect(readFileSync(join(home(), 'releases', adopted!, 'old.log'), 'utf8')).toBe('log');
        });
      },
    );

    it('comes back as it was when the new release fails', async () => {
      const v1 = await deploy({ 'main.js': app('v1', 'crashes') }, { target: declared });
      expect(v1.outcome).toBe('taken-back');
      expect(lstatSync(w.path).isDirectory()).toBe(true);
      expect(lstatSync(join(w.path, 'uploads')).isSymbolicLink()).toBe(false);
      expect(readFileSync(join(w.path, '.env'), 'utf8')).toBe('SECRET=1');
      expect(readdirSync(w.path).sort()).toEqual(['.env', 'main.js', 'old.log', 'uploads']);
      expect(releases()).toEqual([]);
      expect(await w.answer()).toMatchObject({ version: 'by hand' });
    });
  });

  it('keeps `keep` releases besides the live one and the one before it, and prunes the rest', async () => {
    for (const version of ['1', '2', '3', '4', '5', '6'])
      await deploy({ 'main.js': app(version) }, { target: { keep: 2 } });
    expect(releases()).toHaveLength(4);
    expect(await w.answer()).toMatchObject({ version: '6' });
  });

  it('installs dependencies once for one lock file and reuses them, also for an older release', async () => {
    const install = {
      command: `echo ran >>'${w.root}/installs'; mkdir -p node_modules/dep; echo "module.exports=1" >node_modules/dep/index.js`,
    };
    const files = (version: string, lock: string) => ({
      'main.js': `require('dep');${app(version)}`,
      'package.json': '{}',
      'package-lock.json': lock,
    });
    const installs = () => readFileSync(join(w.root, 'installs'), 'utf8').split('\n').length - 1;
    await deploy(files('v1', '{}'), { target: { install } });
    await deploy(files('v2', '{}'), { target: { install } });
    expect(installs()).toBe(1);
    expect((await deploy(files('v3', '{"x":1}'), { target: { install } })).outcome).toBe('moved');
    expect(installs()).toBe(2);
    await deploy(files('v4', '{}'), { target: { install } });
    expect(installs()).toBe(2);
    expect(await w.answer()).toMatchObject({ version: 'v4' });
  });

  it('builds on the server in the release’s own directory, with its own node_modules', async () => {
    const target: Partial<TargetConfig> = {
      build: 'server',
      buildCommand: 'cp node_modules/made/main.js main.js',
      install: { command: 'mkdir -p node_modules/made; cp source.js node_modules/made/main.js' },
    };
    // The installing command needs a file of the release: only package files are handed to it, so it comes by a lock file's name.
    const built = await deploy(
      { 'yarn.lock': app('built'), 'package.json': '{}' },
      {
        target: {
          ...target,
          install: { command: 'mkdir -p node_modules/made; cp yarn.lock node_modules/made/main.js' },
        },
      },
    );
    expect(built.outcome).toBe('moved');
    expect(await w.answer()).toMatchObject({ version: 'built' });
    expect(lstatSync(join(realPath(), 'node_modules')).isDirectory()).toBe(true);
  });

  it('shared files that are missing are named before anything is touched', async () => {
    const refused = deploy({ 'main.js': app('v1') }, { target: { shared: [{ path: '.env', kind: 'file' }] } });
    await expect(refused).rejects.toMatchObject({
      code: 'SHARED_FILE_MISSING',
      message: expect.stringContaining(`${home()}/shared/.env`) as string,
    });
    expect(releases()).toEqual([]);
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
    const v2 = await deploy({ 'main.js': app('v2', 'unhealthy') }, { target: { rollbackOnFailure: false } });
    expect(v2.outcome).toBe('stuck');
    expect(await w.answer()).toMatchObject({ version: 'v2', status: 'broken' });
    expect((await deploy({ 'main.js': app('v3') })).outcome).toBe('moved');
  });

  it('over a release that is not healthy, one that fails is taken back all the same, and the remedy is not in its way', async () => {
    await deploy({ 'main.js': app('v1') });
    await deploy({ 'main.js': app('v2', 'unhealthy') }, { target: { rollbackOnFailure: false } });
    expect((await deploy({ 'main.js': app('v3', 'unhealthy') })).outcome).toBe('taken-back');
    expect(await w.answer()).toMatchObject({ version: 'v2', status: 'broken' });
    expect((await deploy({ 'main.js': app('v4') })).outcome).toBe('moved');
  });
});
