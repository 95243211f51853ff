import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImagesLayout } from '../layout';
import { readActivations } from './activations';
import { ifThere, workName } from './durable';
import { pinnedIds } from './pins';
import { activeId, previousId } from './pointers';
import { readImages, type StoredImage } from './read-images';

/** What may not be collected beside active, previous and pinned images. */
export interface CollectRequest {
  /** Images that running VMs use. */
  readonly leased: ReadonlySet<string>;
  /** How many of the others stay, newest first. */
  readonly keep: number;
}

/** What was removed. */
export interface Collected {
  readonly images: readonly string[];
  /** Names of layer files that no image had any more. */
  readonly layers: readonly string[];
}

/** Removes images that nothing needs, then layers that no image has; needs the builder's lock. */
export const collect = async (layout: ImagesLayout, request: CollectRequest): Promise<Collected> => {
  await mkdir(layout.work, { recursive: true });
  const doomed = await unneeded(layout, request);
  for (const id of doomed) await removeImage(layout, id);
  return { images: doomed, layers: await removeUnusedLayers(layout) };
};

const unneeded = async (layout: ImagesLayout, { leased, keep }: CollectRequest): Promise<readonly string[]> => {
  const [active, previous, pinned] = await Promise.all([activeId(layout), previousId(layout), pinnedIds(layout)]);
  const images = await readImages(layout);
  const others = images.filter(({ id }) => id !== active && id !== previous && !pinned.has(id) && !leased.has(id));
  const lastUse = await lastUses(layout, others);
  const newestFirst = others.map(({ id }) => id).sort((a, b) => (lastUse.get(b) ?? 0) - (lastUse.get(a) ?? 0));
  return newestFirst.slice(Math.max(0, keep));
};

/** When each image was made active last, or else written; milliseconds since the epoch. */
const lastUses = async (layout: ImagesLayout, images: readonly StoredImage[]): Promise<ReadonlyMap<string, number>> => {
  const written = await Promise.all(
    images.map(async ({ id }) => [id, (await stat(layout.image(id))).mtimeMs] as const),
  );
  const activated = (await readActivations(layout)).map(({ id, at }) => [id, Date.parse(at)] as const);
  return new Map([...written, ...activated]);
};

/** Whole or gone: it loses its name before its first file goes. */
const removeImage = async (layout: ImagesLayout, id: string): Promise<void> => {
  const going = workName(layout, 'removed');
  await rename(layout.image(id), going);
  await rm(going, { recursive: true, force: true });
};

/** Files of the layer store that images link to; the kernel's package is looked after by who downloads it. */
const LAYER_FILE = /^(kernel|base|initrd|agent)-[0-9a-f]{64}$/;

/** A layer file with no other name than the layer store's belongs to no image, whole or damaged. */
const removeUnusedLayers = async (layout: ImagesLayout): Promise<readonly string[]> => {
  const names = ((await ifThere(readdir(layout.layers))) ?? []).filter((name) => LAYER_FILE.test(name));
  const unused: string[] = [];
  for (const name of names.sort()) {
    const path = join(layout.layers, name);
    if ((await stat(path)).nlink > 1) continue;
    await rm(path, { force: true });
    unused.push(name);
  }
  return unused;
};
