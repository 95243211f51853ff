import { execSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSsh } from '@polydev/host/testing';
import type { TargetConfig } from '@polydev/manifest';
import { deploys } from '../../testing/deploys';
import { itWithTmpfs, withTmpfs } from '../../testing/tmpfs';
import { app, createWorld, type World } from '../../testing/world';

describeSsh('a directory found at the path', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());
  const { deploy, impatient, home, releases } = deploys(() => w);

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
          if (event.kind === 'step' && event.state === 'started' && event.step === 'adopt shared files') abort.abort();
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
    const v1 = await deploy({ 'main.js': app('v1', 'crashes') }, { target: { ...declared, ...impatient() } });
    expect(v1.outcome).toBe('taken-back');
    expect(lstatSync(w.path).isDirectory()).toBe(true);
    expect(lstatSync(join(w.path, 'uploads')).isSymbolicLink()).toBe(false);
    expect(readFileSync(join(w.path, '.env'), 'utf8')).toBe('SECRET=1');
    expect(readdirSync(w.path).sort()).toEqual(['.env', 'main.js', 'old.log', 'uploads']);
    expect(releases()).toEqual([]);
    expect(await w.answer()).toMatchObject({ version: 'by hand' });
  });
});
