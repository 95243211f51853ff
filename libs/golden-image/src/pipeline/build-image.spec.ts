import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imagesLayout } from '../layout';
import { activeId, previousId, readActivations, readImage } from '../store';
import { buildImage } from './build-image';
import type { BuildResult } from './build-result';
import { rollbackImage } from './rollback-image';
import type { CheckRequest, PipelineParts } from './parts';
import { sampleAgent, sampleParts, sampleSettings, seenAs } from './testing/sample-parts';

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
  root = join(folder, 'images');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const layout = () => imagesLayout(root);
const build = (agent: string, { sha = agent, ...over }: Partial<PipelineParts> & { sha?: string } = {}) =>
  buildImage(sampleParts(root, over).parts, sampleAgent(join(folder, `agent-${agent}`), agent, sha));
const idOf = (result: BuildResult): string => ('id' in result ? result.id : '');
const back = (sha: string, over: Partial<PipelineParts> = {}) =>
  rollbackImage(sampleParts(root, over).parts, { sha: Buffer.from(sha).toString('hex') });
/** A file of a layer with other bytes, and its size and time as they were. */
const damage = (path: string): void => {
  const { atime, mtime, size } = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, 'x'.repeat(size));
  utimesSync(path, atime, mtime);
};

describe('building an image', () => {
  it('proves it, makes it active and says what it measured', async () => {
    const { parts, events } = sampleParts(root);
    const result = await buildImage(parts, sampleAgent(join(folder, 'agent'), 'one'));
    expect(result).toMatchObject({
      outcome: 'activated',
      kind: 'process',
      verdict: 'ready',
      bootMs: 120,
      rebuilt: ['agent'],
    });
    expect(await activeId(layout())).toBe(idOf(result));
    expect(await readImage(layout(), idOf(result))).toMatchObject({
      state: 'whole',
      manifest: {
        source: { target: 'vm-agent', release: 'r-one' },
        builder: { versions: { process: process.version } },
      },
    });
    expect(JSON.parse(readFileSync(layout().sbom(idOf(result)), 'utf8'))).toEqual({ id: idOf(result) });
    const done = events.filter(({ state }) => state === 'done').map((event) => event.step);
    expect(done).toEqual(['layers', 'validate', 'store', 'activate', 'collect']);
  });

  it('keeps the snapshot that was taken while proving it, with what it is bound to', async () => {
    const check: PipelineParts['check'] = async (request) => {
      const directory = join(request.directory, 'taken');
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'memory'), 'pages');
      return { ...(await seenAs('ready')(request)), snapshot: { directory, fingerprint: 'qemu 7.2' } };
    };
    const kept = layout().snapshot(idOf(await build('one', { check })));
    expect(readFileSync(join(kept, 'memory'), 'utf8')).toBe('pages');
    expect(readFileSync(join(kept, 'fingerprint'), 'utf8')).toBe('qemu 7.2');
    expect(readdirSync(layout().work)).toEqual([]);
  });

  it('boots nothing when nothing changed, and finds another commit of the same agent again', async () => {
    const boots: CheckRequest[] = [];
    const first = await build('one', { check: seenAs('ready', boots) });
    const second = await build('one', { sha: 'docs', check: seenAs('ready', boots) });
    expect(second).toMatchObject({ outcome: 'unchanged', id: idOf(first), rebuilt: [], verdict: 'ready', bootMs: 120 });
    expect(boots).toHaveLength(1);
    expect((await readActivations(layout())).map(({ release }) => release)).toEqual(['r-one', 'r-docs']);
    await build('two');
    expect(await back('docs')).toMatchObject({ id: idOf(first), verdict: 'ready' });
  });

  it('leaves what is active when a boot refuses the new one, and keeps what was seen', async () => {
    const one = idOf(await build('one'));
    const refused = build('bad', { check: seenAs('agent-exited') });
    await expect(refused).rejects.toMatchObject({
      code: 'IMAGE_REJECTED',
      message: expect.stringContaining(`${one} stays active`),
    });
    expect(await activeId(layout())).toBe(one);
    const [file] = readdirSync(layout().rejections);
    expect(JSON.parse(readFileSync(join(layout().rejections, file!), 'utf8'))).toMatchObject({
      verdict: 'agent-exited',
      release: 'r-bad',
      console: ['GUEST-INIT', 'AGENT-EXIT rc=42'],
    });
    expect(readdirSync(root).filter((name) => name.startsWith('img-'))).toEqual([one]);
  });

  it('does not blame the image where the machine was at fault', async () => {
    await expect(build('one', { check: seenAs('infrastructure') })).rejects.toMatchObject({
      code: 'IMAGE_NOT_CHECKED',
      message: expect.stringContaining('No image is active.'),
    });
    expect(existsSync(layout().rejections)).toBe(false);
  });

  it('boots an image once more that was gone back from, without building it again', async () => {
    const boots: CheckRequest[] = [];
    await build('one');
    const two = idOf(await build('two'));
    await back('one');
    expect(await build('two', { check: seenAs('ready', boots) })).toMatchObject({
      outcome: 'activated',
      id: two,
      rebuilt: [],
    });
    expect(boots.map(({ depth }) => depth)).toEqual(['boot']);
  });

  it('builds a layer afresh whose bytes changed unnoticed', async () => {
    const one = idOf(await build('one'));
    await build('two');
    damage(join(layout().image(one), 'agent.tar'));
    expect(await build('one')).toMatchObject({ outcome: 'activated', id: one });
    expect(await back('one')).toMatchObject({ id: one });
  });

  it('puts a lost layer of the active image right, without a boot', async () => {
    const one = idOf(await build('one'));
    rmSync(join(layout().image(one), 'agent.tar'));
    expect(await readImage(layout(), one)).toMatchObject({ state: 'damaged' });
    expect(await build('one', { check: seenAs('hung') })).toMatchObject({ outcome: 'unchanged' });
    expect(await readImage(layout(), one)).toMatchObject({ state: 'whole' });
  });

  it('proves an image again whose manifest was lost', async () => {
    const one = idOf(await build('one'));
    rmSync(layout().manifest(one));
    expect(await build('one')).toMatchObject({ id: one, verdict: 'ready' });
    expect(await readImage(layout(), one)).toMatchObject({ state: 'whole' });
  });

  it('keeps what is active although old images cannot be collected', async () => {
    const { parts, events } = sampleParts(root, { leased: () => Promise.reject(new Error('vms cannot be read')) });
    const result = await buildImage(parts, sampleAgent(join(folder, 'agent'), 'one'));
    expect(result).toMatchObject({ outcome: 'activated' });
    expect(events.at(-1)).toMatchObject({
      step: 'collect',
      state: 'skipped',
      detail: 'old images stay: vms cannot be read',
    });
  });

  it('says so where images cannot be written', async () => {
    writeFileSync(root, 'a file');
    await expect(build('one')).rejects.toMatchObject({
      code: 'IMAGE_ROOT_UNUSABLE',
      message: expect.stringContaining(root),
    });
  });

  it('stops between two steps when it is told to, and says what is active', async () => {
    const one = idOf(await build('one'));
    const controller = new AbortController();
    const check: PipelineParts['check'] = async (request) => {
      controller.abort();
      return seenAs('ready')(request);
    };
    await expect(build('two', { check, signal: controller.signal })).rejects.toMatchObject({
      code: 'IMAGE_STOPPED',
      message: expect.stringContaining(`${one} stays active`),
    });
    expect(await activeId(layout())).toBe(one);
  });

  it('says what it would do, and does not, where people decide', async () => {
    const settings = { ...sampleSettings(root), rebuild: 'manual' as const };
    expect(await build('one', { settings })).toEqual({ outcome: 'would-build', digest: expect.any(String) });
    expect(existsSync(root)).toBe(false);
    const one = idOf(await build('one'));
    expect(await build('one', { sha: 'docs', settings })).toMatchObject({ outcome: 'unchanged', id: one });
    expect(await build('two', { settings })).toMatchObject({ outcome: 'would-build', previous: one });
    expect(await activeId(layout())).toBe(one);
  });
});

describe('going back', () => {
  it('boots the image that was active with a commit, then makes it active', async () => {
    const one = idOf(await build('one'));
    const two = idOf(await build('two'));
    const boots: CheckRequest[] = [];
    const result = await back('one', { check: seenAs('ready', boots) });
    expect(result).toMatchObject({ id: one, from: two, bootMs: 120, verdict: 'ready' });
    expect(boots).toHaveLength(1);
    expect([await activeId(layout()), await previousId(layout())]).toEqual([one, two]);
    expect((await readActivations(layout())).at(-1)).toMatchObject({ id: one, from: two, reason: 'rollback' });
  });

  it('finds an image by the beginning of its id', async () => {
    const one = idOf(await build('one'));
    await build('two');
    expect(await rollbackImage(sampleParts(root).parts, { image: one.slice(0, 12) })).toMatchObject({ id: one });
  });

  it('refuses a commit that nothing was active with, and lists what there is', async () => {
    const one = idOf(await build('one'));
    await expect(back('never')).rejects.toMatchObject({
      code: 'IMAGE_UNKNOWN',
      message: expect.stringContaining(`${one}  6f6e65`),
    });
    await expect(back('')).rejects.toMatchObject({ code: 'IMAGE_UNKNOWN' });
  });

  it('refuses a beginning that several commits have', async () => {
    await build('one');
    await build('on');
    await expect(back('o')).rejects.toMatchObject({ code: 'IMAGE_AMBIGUOUS' });
  });

  it('refuses an image that was collected', async () => {
    for (const agent of ['one', 'two', 'three', 'four']) await build(agent);
    await expect(back('one')).rejects.toMatchObject({ code: 'IMAGE_GONE' });
  });

  it('refuses a damaged image, names the layer, and leaves what is active', async () => {
    const one = idOf(await build('one'));
    const two = idOf(await build('two'));
    damage(join(layout().image(one), 'agent.tar'));
    await expect(back('one')).rejects.toMatchObject({
      code: 'IMAGE_DAMAGED',
      message: expect.stringContaining('layer agent'),
    });
    expect(await activeId(layout())).toBe(two);
  });

  it('leaves what is active when the old image does not boot any more', async () => {
    await build('one');
    const two = idOf(await build('two'));
    await expect(back('one', { check: seenAs('never-ready') })).rejects.toMatchObject({ code: 'IMAGE_REJECTED' });
    expect(await activeId(layout())).toBe(two);
  });
});

it('removes what a dead builder left, and ends its VMs first', async () => {
  const left = join(layout().work, 'check-1-abcd');
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, 'memory'), 'half');
  const ended: string[] = [];
  await build('one', { endLeftVms: async (directory) => void ended.push(directory) });
  expect(ended[0]).toBe(left);
  expect(existsSync(left)).toBe(false);
});
