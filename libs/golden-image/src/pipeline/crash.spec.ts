import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { imagesLayout } from '../layout';
import { activeId, previousId, readActivations, readImages, verifyLayers } from '../store';
import { buildImage } from './build-image';
import { sampleAgent, sampleParts } from './testing/sample-parts';

/** Every point of a build between two effects on the disk. */
const POINTS = [
  'locked',
  'layers',
  'validate',
  'linked',
  'written',
  'store',
  'pending',
  'unlinked',
  'swapped',
  'previous',
  'recorded',
  'activate',
  'collect',
] as const;
/** From here on the new image is the active one. */
const SWAPPED = POINTS.indexOf('swapped');

let folder: string;
let program: string;
let root: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'builders-'));
  program = join(folder, 'builder.cjs');
  buildSync({
    entryPoints: [join(__dirname, 'testing/builder.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
  });
});
beforeEach(() => (root = mkdtempSync(join(folder, 'images-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const begin = (agent: string, env: NodeJS.ProcessEnv = {}) => {
  const request = { root, ...sampleAgent(join(folder, `agent-${agent}`), agent) };
  const child = spawn(process.execPath, [program, JSON.stringify(request)], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () =>
    JSON.parse(((await lines.next()).value as string | undefined) ?? '{}') as Record<string, unknown>;
  const until = async (is: (line: Record<string, unknown>) => boolean) => {
    for (let line = await next(); ; line = await next()) if (line['event'] === undefined || is(line)) return line;
  };
  const end = async () => {
    const result = await until(({ event }) => event === 'result');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return { result, signal: child.signalCode };
  };
  return { child, until, end };
};
/** A build in this process, which is quicker. */
const buildHere = async (agent: string) => {
  const result = await buildImage(sampleParts(root).parts, sampleAgent(join(folder, `agent-${agent}`), agent));
  return { outcome: result.outcome, id: 'id' in result ? result.id : '' };
};
const build = (agent: string, env?: NodeJS.ProcessEnv) => begin(agent, env).end();
const expectWhole = async (id: unknown) => {
  const layout = imagesLayout(root);
  expect(await activeId(layout)).toBe(id);
  const image = (await readImages(layout)).find((stored) => stored.id === id);
  expect(image?.state).toBe('whole');
  expect(await verifyLayers(layout, image!.manifest!)).toEqual([]);
};

describe('a builder that is killed', () => {
  it.each(POINTS)('at "%s" leaves a whole image active, and the next one ends what it began', async (point) => {
    const one = (await buildHere('one')).id;
    expect(await build('two', { DIE_AT: point })).toEqual({ result: {}, signal: 'SIGKILL' });
    const layout = imagesLayout(root);
    const isSwapped = POINTS.indexOf(point) >= SWAPPED;
    if (!isSwapped) await expectWhole(one);

    const result = await buildHere('two');
    expect(result).toMatchObject({ outcome: isSwapped ? 'unchanged' : 'activated' });
    await expectWhole(result.id);
    expect(await previousId(layout)).toBe(one);
    expect((await readActivations(layout)).map(({ id }) => id)).toEqual([one, result.id]);
    expect(readdirSync(layout.work)).toEqual([]);
    expect(existsSync(layout.pendingActivation)).toBe(false);
    expect((await readImages(layout)).map(({ state }) => state)).toEqual(['whole', 'whole']);
  });
});

describe('two builders at once', () => {
  it('do the work once: the second waits, says for whom, and finds nothing to do', async () => {
    const first = begin('one', { PAUSE: '1' });
    await first.until(({ event }) => event === 'paused');
    const second = begin('one');
    const waiting = await second.until(({ step, state }) => step === 'lock' && state === 'started');
    expect(waiting['detail']).toMatch(
      `waiting for anna@laptop (process ${first.child.pid}), building the image of 6f6e65`,
    );
    first.child.stdin.write('go');
    expect((await first.end()).result).toMatchObject({ outcome: 'activated' });
    expect((await second.end()).result).toMatchObject({ outcome: 'unchanged' });
  });

  it('do not wait for one that was killed', async () => {
    const first = begin('one', { PAUSE: '1' });
    await first.until(({ event }) => event === 'paused');
    const second = begin('one');
    await second.until(({ step, state }) => step === 'lock' && state === 'started');
    first.child.kill('SIGKILL');
    expect((await second.end()).result).toMatchObject({ outcome: 'activated' });
  });
});
