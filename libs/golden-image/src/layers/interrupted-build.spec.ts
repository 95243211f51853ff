import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLayers } from './build-layers';
import { sha256Of } from './files';
import { SAMPLE_AGENT, SAMPLE_DIGEST, writeAgent } from './testing/sample-agent';
import { seededRoot } from './testing/seeded-root';

const LAYER = /^([a-z]+)-([0-9a-f]{64})$/;

/** That whatever lies in the store under a layer's name is that layer. */
const expectWholeLayers = async (root: string) => {
  for (const name of readdirSync(join(root, 'layers'))) {
    const [, , sha256] = LAYER.exec(name) ?? [];
    if (sha256 !== undefined) expect([name, await sha256Of(join(root, 'layers', name))]).toEqual([name, sha256]);
  }
};

const mount = (at: string, options: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]);
const trial = mkdtempSync(join(tmpdir(), 'mount-'));
const { status, stderr } = mount(trial, 'size=1m');
spawnSync('umount', [trial]);
rmSync(trial, { recursive: true });
const describeWithDisk = status === 0 ? describe : describe.skip;
const why = status === 0 ? '' : `: no small file system can be mounted here: ${String(stderr)}`;

describe('a build of layers that does not come to its end', () => {
  let directory: string;
  let agent: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'interrupted-'));
    agent = writeAgent(join(directory, 'agent'), SAMPLE_AGENT);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const build = (root: string, signal?: AbortSignal) =>
    buildLayers({ root, kind: 'vm', agent: { directory: agent, digest: SAMPLE_DIGEST }, ...(signal && { signal }) });

  /** In a process of its own, which dies without a word when something of this name is being written. */
  const buildAndDieAt = async (root: string, name: string) => {
    const program = `require(${JSON.stringify(require.resolve('./build-layers'))}).buildLayers(${JSON.stringify({
      root,
      kind: 'vm',
      agent: { directory: agent, digest: SAMPLE_DIGEST },
    })})`;
    const builder = spawn(process.execPath, ['-r', '@polydev/run-source', '-e', program], { stdio: 'inherit' });
    const ended = once(builder, 'exit');
    const isBeingWritten = () =>
      readdirSync(join(root, 'work')).some((entry) => existsSync(join(root, 'work', entry, name)));
    while (builder.exitCode === null && !(existsSync(join(root, 'work')) && isBeingWritten()))
      await new Promise((look) => setTimeout(look, 2));
    builder.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
  };

  it.each(['package', 'base.erofs'])(
    'leaves whole layers only when it is killed at its %s',
    async (name) => {
      const root = await seededRoot(directory);
      await buildAndDieAt(root, name);
      await expectWholeLayers(root);
      const { rebuilt } = await build(root);
      expect(rebuilt).toContain('base');
      await expectWholeLayers(root);
    },
    60_000,
  );

  it('leaves nothing behind when it is called off', async () => {
    const root = await seededRoot(directory);
    const callOff = new AbortController();
    const building = build(root, callOff.signal);
    setTimeout(() => callOff.abort(new Error('called off')), 100);
    await expect(building).rejects.toThrow('called off');
    expect(readdirSync(join(root, 'work'))).toEqual([]);
    await expectWholeLayers(root);
  });

  describeWithDisk(`because the disk is full${why}`, () => {
    const mounted: string[] = [];
    const smallDisk = (megabytes: number): string => {
      const at = mkdtempSync(join(directory, 'disk-'));
      expect(mount(at, `size=${megabytes}m`).status).toBe(0);
      mounted.push(at);
      return at;
    };
    afterEach(() => mounted.splice(0).forEach((at) => spawnSync('umount', [at])));

    it.each([
      ['unpacking the kernel', 60],
      ['building the base layer', 230],
    ])(
      'while %s (of %i MB): says so, leaves nothing half, and goes on when there is room',
      async (doing, megabytes) => {
        const disk = smallDisk(megabytes);
        const root = await seededRoot(disk);
        await expect(build(root)).rejects.toMatchObject({
          code: 'IMAGE_DISK_FULL',
          message: expect.stringMatching(`became full while ${doing}`),
          hint: expect.stringContaining('df -h'),
        });
        expect(readdirSync(join(root, 'work'))).toEqual([]);
        await expectWholeLayers(root);
        expect(mount(disk, 'remount,size=500m').status).toBe(0);
        expect((await build(root)).rebuilt).toContain('base');
      },
      60_000,
    );
  });
});
