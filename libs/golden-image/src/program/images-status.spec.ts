import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { imagesStatusSchema, type VmView } from '@polydev/contract';
import { pinImage } from '../store';
import { sampleStore, type SampleStore } from '../store/testing/sample-store';
import { imagesStatus } from './images-status';
import { textOf } from './output';

let store: SampleStore;
beforeEach(() => (store = sampleStore()));
afterEach(() => store.remove());

const vmOf = (image: string): VmView => ({
  id: 'vm-0123abcd',
  image,
  driver: 'qemu',
  kind: 'vm',
  pid: 42,
  address: 'http://127.0.0.1:20000',
  startedAt: '2026-05-04T10:00:00.000Z',
  health: 'ready',
});

describe('the status of images', () => {
  it('is empty before the first', async () => {
    const status = await imagesStatus(store.layout, []);
    expect(status).toEqual({ images: [], vms: [] });
    expect(textOf({ of: 'status', value: status })).toBe('No image is there yet.');
  });

  it('tells active and previous, who uses what, and what each takes for itself', async () => {
    const one = await store.deploy('one');
    const two = await store.deploy('twelve letters'.replace(' ', ''));
    await store.makeActive(two, { sha: 'c'.repeat(40) });
    await pinImage(store.layout, one, 'for a test');
    const status = await imagesStatus(store.layout, [vmOf(one)]);
    expect(imagesStatusSchema.parse(status)).toEqual(status);
    expect(status).toMatchObject({
      active: two,
      previous: one,
      images: [
        // The base is shared: it is nobody's own. The commit is the last one that it was active with.
        { id: two, size: 13, pinned: false, vms: [], sha: 'c'.repeat(40) },
        { id: one, size: 3, pinned: true, vms: ['vm-0123abcd'] },
      ],
    });
    const text = textOf({ of: 'status', value: status });
    expect(text).toMatch(new RegExp(`^${two} +active +cccccccccccc +2026-05-04 10:00 +ready +4.6 s +qemu, tcg`, 'm'));
    expect(text).toMatch(new RegExp(`^${one} +previous, pinned `, 'm'));
    expect(text).toContain('One VM runs');
  });

  it('shows a damaged image beside the others', async () => {
    const one = await store.deploy('one');
    const two = await store.deploy('two');
    rmSync(join(store.layout.image(one), 'agent.erofs'));
    const status = await imagesStatus(store.layout, []);
    expect(status.images.map(({ id }) => id)).toEqual([two]);
    expect(status.damaged).toEqual([{ id: one, reason: 'layer agent is missing' }]);
    expect(textOf({ of: 'status', value: status })).toContain(`${one} is damaged: layer agent is missing`);
  });
});
