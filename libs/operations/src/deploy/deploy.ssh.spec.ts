import { execSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readArtifact } from '@polydev/artifact';
import { describeSsh } from '@polydev/host/testing';
import type { TargetConfig } from '@polydev/manifest';
import { deploys } from '../../testing/deploys';
import { app, createWorld, type World } from '../../testing/world';
import { deployTarget } from '../index';

describeSsh('deploy over a real sshd', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());
  const { deploy, impatient, home, releases, live } = deploys(() => w);
  const realPath = () => join(home(), 'releases', live()!);

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
    const v3 = await deploy({ 'main.js': app('v3', 'nameless') }, { target: { restart: 'true', ...impatient() } });
    expect(v3.hosts[0]).toMatchObject({ failedStep: 'health check' });
    expect(v3.hosts[0]?.error?.message).toContain('still answers');
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('an old release that goes on answering is not taken for the new one', async () => {
    await deploy({ 'main.js': app('v1') });
    const v2 = await deploy({ 'main.js': app('v2') }, { target: { restart: 'true', ...impatient() } });
    expect(v2.hosts[0]).toMatchObject({ outcome: 'taken-back', failedStep: 'health check' });
    expect(v2.hosts[0]?.error?.message).toContain('still answers');
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
});
