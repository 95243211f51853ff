import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundleProgram } from '../bundle/bundle-program';

/** An agent that is ready, and answers what it was told. */
const READY = `
  const { createServer } = require('node:http');
  const { IMAGE_ID: image, AGENT_DIGEST: digest, AGENT_VERSION: version, PORT } = process.env;
  createServer((_, answer) => answer.end(JSON.stringify({ status: 'ready', image, digest, version }))).listen(PORT);`;
const HANGING = 'setInterval(() => undefined, 1000);';

let folder: string;
let program: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'program-'));
  // Nothing lies beside it: it has to bring along all that it needs.
  mkdirSync(join(folder, 'alone'));
  program = join(folder, 'alone/golden-image.cjs');
  writeFileSync(program, (await bundleProgram()).text);
});
let root: string;
beforeEach(() => (root = mkdtempSync(join(folder, 'images-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a release of an agent; returns its directory and SHA. */
const release = (text: string, commit = text) => {
  const hash = (of: string) => createHash('sha256').update(of).digest('hex');
  const directory = mkdtempSync(join(folder, 'agent-'));
  const sha = hash(commit).slice(0, 40);
  const info = { target: 'vm-agent', environment: 'test', release: `r-${sha.slice(0, 4)}`, sha, digest: hash(text) };
  writeFileSync(join(directory, 'main.js'), text);
  writeFileSync(join(directory, 'package.json'), '{"name":"agent","version":"1.2.3"}');
  writeFileSync(join(directory, '.release.json'), JSON.stringify(info));
  return { directory, sha };
};
const environment = (settings: object = {}) => ({
  PATH: process.env['PATH'],
  GOLDEN_IMAGE_BY: 'anna@laptop',
  GOLDEN_IMAGE_SETTINGS: JSON.stringify({ root, driver: 'process', ...settings }),
});

interface Ended {
  readonly code: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly last: Record<string, unknown>;
  readonly text: string;
  readonly progress: string;
}
const run = (args: readonly string[], settings?: object): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { cwd: join(folder, 'alone'), env: environment(settings) };
    execFile(process.execPath, [program, ...args], options, (error, text, progress) => {
      const json = args.includes('--json');
      const lines = json
        ? text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Record<string, unknown>)
        : [];
      resolve({ code: Number(error?.code ?? 0), lines, last: lines.at(-1) ?? {}, text, progress });
    });
  });
const build = (agent: { readonly directory: string }, settings?: object) =>
  run(['build', `--agent=${agent.directory}`, '--json'], settings);

describe('the program, alone in a directory', () => {
  it('builds, says when nothing changed, builds what changed, shows and goes back', async () => {
    const [one, two] = [release(READY), release(`${READY} // two`)];
    const first = await build(one);
    expect(first.last).toMatchObject({
      event: 'result',
      outcome: 'activated',
      verdict: 'ready',
      driver: 'process',
      kind: 'process',
    });
    expect(first.lines.filter(({ state }) => state === 'done').map(({ step }) => step)).toEqual([
      'layers',
      'validate',
      'store',
      'activate',
      'collect',
    ]);
    expect((await build(one)).last).toMatchObject({ outcome: 'unchanged', id: first.last['id'], rebuilt: [] });
    const second = await build(two);
    expect(second.last).toMatchObject({ outcome: 'activated', previous: first.last['id'], rebuilt: ['agent'] });

    const status = await run(['status', '--json']);
    expect(status.last).toMatchObject({
      active: second.last['id'],
      previous: first.last['id'],
      images: [
        { id: second.last['id'], sha: two.sha, verdict: 'ready' },
        { id: first.last['id'], sha: one.sha, verdict: 'ready' },
      ],
    });
    const back = await run(['rollback', `--sha=${one.sha.slice(0, 10)}`, '--json']);
    expect(back.last).toMatchObject({
      event: 'result',
      id: first.last['id'],
      from: second.last['id'],
      verdict: 'ready',
    });
  });

  it('tells a person what was done', async () => {
    const { directory } = release(READY);
    const { text, progress, code } = await run(['build', `--agent=${directory}`]);
    expect(code).toBe(0);
    expect(text).toMatch(/^img-[0-9a-f]{16} is active: ready, booted in \d+\.\d s \(no VM\)\.$/m);
    expect(progress).toMatch(/✓ validate +ready after/);
    expect((await run(['build', `--agent=${directory}`])).text).toMatch(/^Nothing changed: img-/);
    expect((await run(['status'])).text).toMatch(/img-[0-9a-f]{16} +active .* no VM/);
  });

  it('refuses an agent that ends, with its console, and exits with 1', async () => {
    const { last, code } = await build(release('console.error("no licence"); process.exit(42);'));
    expect(code).toBe(1);
    expect(last).toMatchObject({
      event: 'error',
      code: 'IMAGE_REJECTED',
      hint: expect.stringContaining('rejected/img-'),
    });
    expect(last['message']).toMatch(/rejected \(agent-exited\)[^]*no licence[^]*No image is active/);
    expect(readdirSync(join(root, 'work'))).toEqual([]);
  });

  it('starts VMs of the active image, lists them and stops them', async () => {
    expect((await run(['vms', 'start', '--json'])).last).toMatchObject({ event: 'error', code: 'NO_ACTIVE_IMAGE' });
    const { id } = (await build(release(READY))).last;
    const started = (await run(['vms', 'start', '2', '--json'])).last as { vms: { id: string; address: string }[] };
    try {
      expect(started.vms).toHaveLength(2);
      const answer = await (await fetch(`${started.vms[0]!.address}/health`)).json();
      expect(answer).toMatchObject({ status: 'ready', image: id, version: '1.2.3' });
      expect((await run(['vms'])).text).toMatch(/no VM/);
      expect((await run(['status', '--json'])).last).toMatchObject({
        images: [{ id, vms: [expect.any(String), expect.any(String)] }],
      });
    } finally {
      expect((await run(['vms', 'stop', '--all', '--json'])).last).toMatchObject({
        vms: [{ image: id }, { image: id }],
      });
    }
    expect((await run(['vms', 'list'])).text).toBe('Running: none\n');
  });

  it('keeps a pinned image and an image that a VM uses', async () => {
    const settings = { keep: 0 };
    const ids: unknown[] = [];
    for (const text of ['1', '2', '3', '4', '5']) {
      ids.push((await build(release(`${READY} // ${text}`), settings)).last['id']);
      if (text === '1') expect((await run(['pin', String(ids[0]), '--json'])).last).toMatchObject({ pinned: true });
      if (text === '2') expect((await run(['vms', 'start'])).code).toBe(0);
    }
    const { last } = await run(['status', '--json']);
    expect((last['images'] as { id: string }[]).map(({ id }) => id).sort()).toEqual(
      [ids[0], ids[1], ids[3], ids[4]].sort(),
    );
    await run(['vms', 'stop', '--all']);
  });

  it.each([
    ['has a file for a folder', (place: string) => writeFileSync(place, ''), ''],
    ['has a folder for a link', (place: string) => mkdirSync(join(place, 'active'), { recursive: true }), '/active'],
  ])('says so where the root of the images %s', async (_, spoil, refused) => {
    rmSync(root, { recursive: true });
    spoil(root);
    for (const args of [['status'], ['vms', 'start'], ['build', `--agent=${release(READY).directory}`]]) {
      const { last, code } = await run([...args, '--json']);
      expect([code, last]).toEqual([1, expect.objectContaining({ event: 'error', code: 'IMAGE_ROOT_UNUSABLE' })]);
      expect(last['message']).toContain(`cannot use ${root}${refused}`);
    }
  });

  it('takes nothing for a commit, a digest or a release that is none', async () => {
    const { directory } = release(READY);
    const args = ['build', `--agent=${directory}`, '--sha=a b', '--digest=abc', '--release=../\x1b[2J', '--json'];
    expect((await run(args)).last).toMatchObject({
      code: 'AGENT_UNIDENTIFIED',
      message: expect.stringContaining('"a b" is no sha, "abc" is no digest, "../\\x1b[2J" is no release'),
    });
    expect(readdirSync(root)).toEqual([]);
  });

  it('builds an image again that somebody has removed, also under a VM', async () => {
    const one = release(READY);
    const { id } = (await build(one)).last;
    expect((await run(['vms', 'start'])).code).toBe(0);
    rmSync(join(root, String(id)), { recursive: true });
    expect((await run(['vms', 'start', '--json'])).last).toMatchObject({ code: 'NO_ACTIVE_IMAGE' });
    const again = (await build(one)).last;
    expect(again).toMatchObject({ outcome: 'activated', id });
    expect(again).not.toHaveProperty('previous');
    expect((await run(['status', '--json'])).last).toMatchObject({ active: id, vms: [{ image: id, health: 'ready' }] });
    await run(['vms', 'stop', '--all']);
  });

  /** Agents that run below the root. */
  const processes = (): readonly string[] =>
    readdirSync('/proc').filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(`=${root}/`);
      } catch {
        return false;
      }
    });

  it('ends what it began when it is told to stop', async () => {
    const { directory } = release(HANGING);
    const child = spawn(process.execPath, [program, 'build', `--agent=${directory}`, '--json'], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: Record<string, unknown>[] = [];
    for await (const text of createInterface(child.stdout)) {
      const line = JSON.parse(text) as Record<string, unknown>;
      lines.push(line);
      if (line['step'] !== 'validate') continue;
      while (processes().length === 0) await new Promise((later) => setTimeout(later, 20));
      child.kill('SIGTERM');
    }
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(1);
    expect(lines.at(-1)).toMatchObject({ event: 'error', code: 'IMAGE_STOPPED' });
    expect(processes()).toEqual([]);
    expect(readdirSync(join(root, 'work'))).toEqual([]);
  });

  it('says what it would build, and does not, where people decide', async () => {
    const { last, code } = await build(release(READY), { rebuild: 'manual' });
    expect([code, last]).toEqual([0, { event: 'result', outcome: 'would-build', digest: expect.any(String) }]);
    expect(readdirSync(root)).toEqual([]);
  });
});
