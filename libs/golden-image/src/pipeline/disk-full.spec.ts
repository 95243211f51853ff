import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { imagesLayout } from '../layout';
import { activeId, readImages, verifyLayers } from '../store';
import { buildImage } from './build-image';
import { sampleAgent, sampleParts, seenAs } from './testing/sample-parts';
import type { PipelineParts } from './parts';

const folder = mkdtempSync(join(tmpdir(), 'full-'));
const root = join(folder, 'images');
mkdirSync(root);
const mounted = execaSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', root], { reject: false });
const describeWithDisk = mounted.exitCode === 0 ? describe : describe.skip;
const why = mounted.exitCode === 0 ? '' : `: no small file system can be mounted here: ${mounted.stderr}`;

describeWithDisk(`a disk that becomes full${why}`, () => {
  const layout = imagesLayout(root);
  afterAll(() => {
    execaSync('umount', ['--lazy', root]);
    rmSync(folder, { recursive: true });
  });
  const build = (agent: string, over: Partial<PipelineParts> = {}) =>
    buildImage(sampleParts(root, over).parts, sampleAgent(join(folder, agent.slice(0, 9)), agent));
  const fillUp = () => {
    try {
      for (let count = 0; ; count += 1) writeFileSync(join(root, `filler-${count}`), 'x'.repeat(4096));
    } catch {
      // As it was to be: there is no room left.
    }
  };
  const freeUp = () => readdirSync(root).forEach((name) => name.startsWith('filler-') && rmSync(join(root, name)));
  const expectActive = async (id: string) => {
    expect(await activeId(layout)).toBe(id);
    const images = await readImages(layout);
    expect(images).toHaveLength(1);
    expect(await verifyLayers(layout, images[0]!.manifest!)).toEqual([]);
    expect(readdirSync(layout.work)).toEqual([]);
  };

  it('while building, checking or storing leaves what is active, and nothing half', async () => {
    const one = await build('one');
    const id = 'id' in one ? one.id : '';
    await expect(build(`// ${'x'.repeat(3_000_000)}`)).rejects.toMatchObject({ code: 'IMAGE_DISK_FULL' });
    await expectActive(id);

    const check: PipelineParts['check'] = async (request) => {
      const seen = await seenAs('ready')(request);
      fillUp();
      return seen;
    };
    await expect(build('two', { check })).rejects.toMatchObject({
      code: 'IMAGE_DISK_FULL',
      message: expect.stringContaining('while storing img-'),
    });
    await expectActive(id);

    await expect(build('three')).rejects.toMatchObject({ code: 'IMAGE_DISK_FULL' });
    freeUp();
    expect(await build('two')).toMatchObject({ outcome: 'activated', previous: id });
  });
});
