import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TargetConfig } from '@polydev/manifest';
import { describeRsync, eventually } from '@polydev/host/testing';
import { createWorld, type World } from '../../testing/world';
import { deployTarget } from '../index';

describeRsync('deploy with `sync: rsync`', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  /** No service: it is the tree that counts here. */
  const environment = (sync: TargetConfig['sync']) => {
    const { restart: _restart, healthCheck: _healthCheck, ...target } = w.target({ sync });
    return { ...w.environment(), targets: [target] };
  };
  const deploy = (
    artifactDirectory: string,
    sync: TargetConfig['sync'] = 'rsync',
    signal = new AbortController().signal,
  ) => {
    const here = environment(sync);
    return deployTarget({
      environment: here,
      target: here.targets[0]!,
      artifactDirectory,
      head: w.head(),
      report: (event) => void w.events.push(event),
      signal,
    });
  };
  const releases = () => join(w.stateDir, 'targets/app/releases');
  const live = (path = '') => join(releases(), readlinkSync(w.path).split('/').at(-1)!, path);

  /** All of a tree but the release's own file: kinds, modes, owners, contents, and the times of files. */
  const everythingIn = (root: string): Record<string, unknown> =>
    Object.fromEntries(
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((path) => path !== '.release.json')
        .sort()
        .map((path) => [path, describeEntry(join(root, path))]),
    );
  const describeEntry = (path: string) => {
    const stat = lstatSync(path);
    const common = { mode: stat.mode.toString(8), uid: stat.uid, gid: stat.gid };
    if (stat.isSymbolicLink()) return { ...common, to: readlinkSync(path) };
    if (!stat.isFile()) return common;
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    return { ...common, links: stat.nlink, modified: stat.mtimeMs, sha256 };
  };
  const oddArtifact = (): string => {
    const names = [
      'with space',
      'line\nbreak',
      '-dash',
      '--delete',
      '#hash',
      'ümläut',
      "it's $(id)",
      'back\\slash',
      '*',
    ];
    const directory = w.artifact({
      ...Object.fromEntries(names.map((name) => [`odd/${name}`, name])),
      ...{
        'run.sh': 'true',
        'private.sh': 'true',
        'read-only': 'x',
        empty: '',
        'a/b/c/deep': 'deep',
        'gone.txt': 'gone',
      },
    });
    mkdirSync(join(directory, 'empty dir/in it'), { recursive: true });
    for (const [name, target] of [
      ['relative', 'run.sh'],
      ['absolute', '/etc/hostname'],
      ['dangling', './-no where'],
    ] as const) {
      symlinkSync(target, join(directory, name));
    }
    chmodSync(join(directory, 'run.sh'), 0o755);
    chmodSync(join(directory, 'private.sh'), 0o700);
    chmodSync(join(directory, 'read-only'), 0o440);
    return directory;
  };

  it('gives the same tree as `sync: content`: the first release, and one with changes of every kind', async () => {
    const both = async (sync: TargetConfig['sync']) => {
      const directory = oddArtifact();
      expect((await deploy(directory, sync)).outcome).toBe('moved');
      const first = everythingIn(live());
      writeFileSync(join(directory, 'odd/-dash'), 'changed');
      writeFileSync(join(directory, 'new file'), 'new');
      chmodSync(join(directory, 'run.sh'), 0o644);
      rmSync(join(directory, 'gone.txt'));
      rmSync(join(directory, 'relative'));
      symlinkSync('a/b/c/deep', join(directory, 'relative'));
      const { hosts } = await deploy(directory, sync);
      const trees = { first, second: everythingIn(live()) };
      rmSync(w.stateDir, { recursive: true });
      rmSync(w.path);
      const { sentFiles, reusedFiles } = hosts[0]!.transfer!;
      return { ...trees, sentFiles, reusedFiles };
    };
    const byContent = await both('content');

    expect(Object.keys(byContent.first)).toHaveLength(24);
    expect(await both('rsync')).toEqual(byContent);
  });

  it('sends the differences of what changed, copies the rest on the host, and records what rsync counted', async () => {
    const big = randomBytes(300_000);
    const directory = w.artifact({ 'same.txt': 'same' });
    writeFileSync(join(directory, 'big'), big);
    const first = await deploy(directory);
    expect(first.hosts[0]?.transfer).toMatchObject({ sentFiles: 2, reusedFiles: 0 });
    expect(first.hosts[0]?.transfer?.bytes).toBeGreaterThan(300_000);

    big[150_000]! ^= 1;
    writeFileSync(join(directory, 'big'), big);
    const second = await deploy(directory);
    expect(second.hosts[0]?.transfer).toMatchObject({ sentFiles: 1, reusedFiles: 1 });
    expect(second.hosts[0]?.transfer?.bytes).toBeLessThan(50_000);
    expect(readFileSync(live('big')).equals(big)).toBe(true);
    expect(lstatSync(live('same.txt')).nlink).toBe(1);
  });

  it('reuses nothing of a file that was changed by hand on the host', async () => {
    const big = randomBytes(300_000);
    const directory = w.artifact({ 'same.txt': 'same' });
    writeFileSync(join(directory, 'big'), big);
    await deploy(directory);
    writeFileSync(live('big'), Buffer.concat([big, Buffer.from('by hand')]));

    const again = await deploy(directory);
    expect(again.hosts[0]?.transfer).toMatchObject({ sentFiles: 1, reusedFiles: 1 });
    expect(again.hosts[0]?.transfer?.bytes).toBeGreaterThan(300_000);
    expect(readFileSync(live('big')).equals(big)).toBe(true);
  });

  it('without rsync on this machine nothing is begun', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      await expect(deploy(w.artifact({ 'index.html': 'v1' }))).rejects.toMatchObject({ code: 'RSYNC_MISSING' });
    } finally {
      process.env['PATH'] = path;
    }
    expect(existsSync(w.stateDir)).toBe(false);
  });

  it('a file that is missing when it is sent: the error has what rsync said, and all is undone', async () => {
    const directory = w.artifact({ 'index.html': 'v1' });
    await deploy(directory);
    const before = live();
    writeFileSync(join(directory, 'short-lived'), 'v2');
    const here = environment('rsync');
    const record = await deployTarget({
      environment: here,
      target: here.targets[0]!,
      artifactDirectory: directory,
      head: w.head(),
      report: (event) => {
        if (event.kind === 'step' && event.state === 'started') rmSync(join(directory, 'short-lived'), { force: true });
      },
      signal: new AbortController().signal,
    });

    expect(record).toMatchObject({
      outcome: 'taken-back',
      hosts: [
        {
          failedStep: 'place release',
          error: { code: 'RSYNC_FAILED', message: expect.stringContaining('short-lived') },
        },
      ],
    });
    expect(live()).toBe(before);
    expect(readdirSync(releases()).sort()).toEqual([before, `${before}.mtree`].map((path) => path.split('/').at(-1)));
  });

  it('Ctrl-C while it sends: nothing is left of the release', async () => {
    const directory = w.artifact({ 'index.html': 'v1' });
    writeFileSync(join(directory, 'big'), randomBytes(20_000_000));
    const controller = new AbortController();
    const deploying = deploy(directory, 'rsync', controller.signal);
    await eventually(() => expect(partial()).not.toEqual([]));
    controller.abort();

    expect(await deploying).toMatchObject({ outcome: 'taken-back', hosts: [{ error: { code: 'COMMAND_CANCELED' } }] });
    expect(readdirSync(releases())).toEqual([]);
  });

  it('kill -9 of the deployer while it sends: the live release serves, and the next run reaches its own', async () => {
    const directory = w.artifact({ 'index.html': 'v1' });
    await deploy(directory);
    writeFileSync(join(directory, 'big'), randomBytes(20_000_000));
    const input = join(w.root, 'input.json');
    writeFileSync(
      input,
      JSON.stringify({
        verb: 'deploy',
        environment: environment('rsync'),
        artifactDirectory: directory,
        head: w.head(),
      }),
    );
    const program = join(__dirname, '../../testing/deployer.ts');
    const child = spawn(process.execPath, ['-r', '@polydev/run-source', program, input], { stdio: 'ignore' });
    await eventually(() => expect(partial()).not.toEqual([]));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');

    expect(readFileSync(live('index.html'), 'utf8')).toBe('v1');
    const next = await eventually(() => deploy(directory));
    expect(next.outcome).toBe('moved');
    expect(readFileSync(live('big')).equals(readFileSync(join(directory, 'big')))).toBe(true);
    expect(readdirSync(releases()).filter((name) => name.includes('partial'))).toEqual([]);
  });

  /** What rsync has begun to write into a release that has no name yet. */
  const partial = (): string[] =>
    readdirSync(releases())
      .filter((name) => name.endsWith('.partial'))
      .flatMap((name) => readdirSync(join(releases(), name)));
});
