import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sampleStore, type SampleStore } from './testing/sample-store';
import {
  activeId,
  collect,
  imageFiles,
  pinImage,
  placeImage,
  previousId,
  readActivations,
  readImage,
  readImages,
  recordRejection,
  repairImage,
  settleActivation,
  unpinImage,
  verifyLayers,
} from './index';

let store: SampleStore;
beforeEach(() => (store = sampleStore()));
afterEach(() => store.remove());

const nothingLeased = { leased: new Set<string>(), keep: 0 };
/** Ends a change of `active` at a point, as a death of the process does. */
const diesAt = (point: string) => (reached: string) => {
  if (reached === point) throw new Error('died');
};

describe('an image in the store', () => {
  it('holds its manifest, its bill of materials and read-only layers that are the layer store’s own files', async () => {
    const image = store.sample({ base: 'base', agent: 'one' });
    await placeImage(store.layout, image);
    const directory = store.layout.image(image.manifest.id);
    expect(readdirSync(directory).sort()).toEqual(['agent.erofs', 'base.erofs', 'manifest.json', 'sbom.cdx.json']);
    const layer = statSync(join(directory, 'agent.erofs'));
    expect(layer.ino).toBe(statSync(image.paths.agent!).ino);
    expect(layer.mode & 0o222).toBe(0);
    expect(await readImage(store.layout, image.manifest.id)).toMatchObject({
      state: 'whole',
      manifest: image.manifest,
    });
    expect(readdirSync(store.layout.work)).toEqual([]);
    expect(imageFiles(store.layout, image.manifest).layers.agent).toBe(join(directory, 'agent.erofs'));
  });

  it('that is damaged or half is told with what is wrong, and hides no other', async () => {
    const good = await store.deploy('good');
    const cut = store.sample({ agent: 'cut' });
    await placeImage(store.layout, cut);
    rmSync(join(store.layout.image(cut.manifest.id), 'agent.erofs'));
    const torn = store.sample({ agent: 'torn' });
    await placeImage(store.layout, torn);
    writeFileSync(store.layout.manifest(torn.manifest.id), '{"version":1');
    const images = await readImages(store.layout);
    expect(images).toHaveLength(3);
    expect(images).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: good, state: 'whole' }),
        expect.objectContaining({ id: cut.manifest.id, state: 'damaged', reason: 'layer agent is missing' }),
        { id: torn.manifest.id, state: 'damaged', reason: 'its manifest.json is not whole' },
      ]),
    );
  });

  it('is verified by its bytes, and the damaged layer is named', async () => {
    const image = store.sample({ base: 'base', agent: 'one' });
    await placeImage(store.layout, image);
    expect(await verifyLayers(store.layout, image.manifest)).toEqual([]);
    chmodSync(image.paths.agent!, 0o644);
    writeFileSync(image.paths.agent!, 'eno');
    expect(await verifyLayers(store.layout, image.manifest)).toEqual(['agent']);
  });

  it('is put right from the layer store, file by file', async () => {
    const id = await store.deploy('one');
    rmSync(join(store.layout.image(id), 'agent.erofs'));
    writeFileSync(join(store.layout.image(id), 'agent.erofs'), 'wrong');
    const again = store.sample({ base: 'base', agent: 'one' });
    expect(await repairImage(store.layout, again)).toContain('agent');
    expect(await readImage(store.layout, id)).toMatchObject({ state: 'whole' });
    expect(await verifyLayers(store.layout, again.manifest)).toEqual([]);
  });
});

describe('the active image', () => {
  it('is none before the first, then the last, with the one before as previous', async () => {
    expect([await activeId(store.layout), await previousId(store.layout)]).toEqual([undefined, undefined]);
    const one = await store.deploy('one');
    expect([await activeId(store.layout), await previousId(store.layout)]).toEqual([one, undefined]);
    const two = await store.deploy('two');
    expect([await activeId(store.layout), await previousId(store.layout)]).toEqual([two, one]);
    await store.makeActive(one);
    expect([await activeId(store.layout), await previousId(store.layout)]).toEqual([one, two]);
  });

  it('is recorded with every commit that it stood for, also where the image stays', async () => {
    const one = await store.deploy('one');
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
    await store.makeActive(one, { sha: a });
    await store.makeActive(one, { sha: b });
    await store.makeActive(one, { sha: b });
    const shas = (await readActivations(store.layout)).map(({ sha }) => sha);
    expect(shas.slice(1)).toEqual([a, b]);
    expect((await readActivations(store.layout)).map(({ id }) => id)).toEqual([one, one, one]);
  });

  it.each(['pending', 'unlinked'])('stays what it was when the builder dies at "%s"', async (point) => {
    const one = await store.deploy('one');
    const two = await store.deploy('two');
    await expect(store.makeActive(one, { reached: diesAt(point) })).rejects.toThrow('died');
    expect(await activeId(store.layout)).toBe(two);
    await settleActivation(store.layout);
    expect([await activeId(store.layout), await previousId(store.layout)]).toEqual([two, one]);
    expect((await readActivations(store.layout)).map(({ id }) => id)).toEqual([one, two]);
  });

  it.each(['swapped', 'previous', 'recorded'])('is the new one when the builder dies at "%s"', async (point) => {
    const one = await store.deploy('one');
    const two = await store.deploy('two');
    await expect(store.makeActive(one, { reached: diesAt(point) })).rejects.toThrow('died');
    expect(await activeId(store.layout)).toBe(one);
    await settleActivation(store.layout);
    expect([await activeId(store.layout), await previousId(store.layout)]).toEqual([one, two]);
    expect((await readActivations(store.layout)).map(({ id }) => id)).toEqual([one, two, one]);
    expect(existsSync(store.layout.pendingActivation)).toBe(false);
  });

  it('is recorded although a crash cut the last line of the record off', async () => {
    await store.deploy('one');
    appendFileSync(store.layout.activations, '{"id":"img-');
    const two = await store.deploy('two');
    expect((await readActivations(store.layout)).at(-1)).toMatchObject({ id: two });
    expect(await readActivations(store.layout)).toHaveLength(2);
  });
});

describe('collecting', () => {
  const ids = async () => (await readImages(store.layout)).map(({ id }) => id).sort();

  it('finds nothing in a store that was never used', async () => {
    rmSync(store.root, { recursive: true });
    expect(await collect(store.layout, nothingLeased)).toEqual({ images: [], layers: [] });
  });

  it('keeps active, previous, pinned and leased images, then the newest, and their layers', async () => {
    const [pinned, leased, old, newer, previous, active] = [
      await store.deploy('pinned'),
      await store.deploy('leased'),
      await store.deploy('old'),
      await store.deploy('newer'),
      await store.deploy('previous'),
      await store.deploy('active'),
    ] as const;
    await pinImage(store.layout, pinned, 'for a test');
    const collected = await collect(store.layout, { leased: new Set([leased]), keep: 1 });
    expect(collected.images).toEqual([old]);
    expect(collected.layers).toHaveLength(1);
    expect(await ids()).toEqual([pinned, leased, newer, previous, active].sort());
    await unpinImage(store.layout, pinned);
    expect((await collect(store.layout, nothingLeased)).images.toSorted()).toEqual([pinned, leased, newer].sort());
    expect(await ids()).toEqual([previous, active].sort());
    // The base is shared; the agents of the two are what else is left.
    expect(readdirSync(store.layout.layers)).toHaveLength(3);
    expect(readdirSync(store.layout.work)).toEqual([]);
  });

  it('counts an image that was gone back to as new', async () => {
    const [one, two] = [await store.deploy('one'), await store.deploy('two')];
    await store.deploy('three');
    await store.makeActive(one);
    await store.deploy('four');
    await store.deploy('five');
    await collect(store.layout, { leased: new Set(), keep: 1 });
    expect(await ids()).toContain(one);
    expect(await ids()).not.toContain(two);
  });

  it('leaves layers alone that a damaged image has', async () => {
    const id = await store.deploy('one');
    writeFileSync(store.layout.manifest(id), 'not JSON');
    expect((await collect(store.layout, nothingLeased)).layers).toEqual([]);
  });
});

it('keeps why the ten newest images were refused', async () => {
  for (let count = 0; count < 12; count += 1) {
    const id = `img-${String(count).padStart(16, '0')}`;
    const facts = {
      sha: 'a',
      digest: 'd',
      release: 'r',
      at: 'now',
      driver: 'qemu',
      accelerator: 'tcg',
      machine: 'q35',
    };
    await recordRejection(store.layout, { id, verdict: 'hung', detail: 'no answer', console: ['last line'], ...facts });
  }
  expect(readdirSync(store.layout.rejections)).toHaveLength(10);
  expect(JSON.parse(readFileSync(store.layout.rejection('img-0000000000000011'), 'utf8'))).toMatchObject({
    verdict: 'hung',
    console: ['last line'],
  });
});
