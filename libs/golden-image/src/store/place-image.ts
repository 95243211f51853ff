import { chmod, link, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImageManifest, LayerName } from '@polydev/contract';
import type { Snapshot } from '../drivers/driver';
import type { ImagesLayout } from '../layout';
import type { Reached } from './activate';
import { ifThere, replaceFile, sync, workName, writeSafely } from './durable';
import { readImage } from './read-images';

/** What an image's directory is made of. */
export interface NewImage {
  readonly manifest: ImageManifest;
  /** Returns the bill of materials, CycloneDX as JSON; asked for only where it has to be written. */
  readonly sbom: () => Promise<string>;
  /** Where the layer store keeps each layer of the manifest; verified. */
  readonly paths: Readonly<Partial<Record<LayerName, string>>>;
  /** Taken when it was proven, in a directory of the same file system; it moves into the image's. */
  readonly snapshot?: Snapshot | undefined;
}

/** File in a snapshot's directory that says what the snapshot is bound to. */
export const SNAPSHOT_FINGERPRINT = 'fingerprint';

/** Nobody writes to a layer: all images with it, and the layer store, share one file. */
const READ_ONLY = 0o444;

/** Puts an image into the store, whole or not at all; needs the builder's lock. Its id must not be there yet. */
export const placeImage = async (
  layout: ImagesLayout,
  image: NewImage,
  reached: Reached = () => undefined,
): Promise<void> => {
  const fresh = workName(layout, 'image');
  await mkdir(fresh, { recursive: true });
  for (const { name, file } of image.manifest.layers) await linkLayer(pathOf(image, name), join(fresh, file));
  reached('linked');
  await writeSafely(join(fresh, 'manifest.json'), `${JSON.stringify(image.manifest, undefined, 2)}\n`);
  await writeSafely(join(fresh, 'sbom.cdx.json'), await image.sbom());
  if (image.snapshot) await moveSnapshot(image.snapshot, join(fresh, basename(layout.snapshot(image.manifest.id))));
  await sync(fresh);
  reached('written');
  await rename(fresh, layout.image(image.manifest.id));
  await sync(layout.root);
};

/**
 * Makes an image whole again whose files were damaged, file by file, each by a rename: whoever reads it meanwhile sees
 * what there was or what is right. Returns the names of the layers that were not those of the layer store.
 */
export const repairImage = async (layout: ImagesLayout, image: NewImage): Promise<readonly LayerName[]> => {
  const repaired: LayerName[] = [];
  const { id, layers } = image.manifest;
  for (const { name, file } of layers) {
    const [right, there] = [pathOf(image, name), join(layout.image(id), file)];
    if (await isSameFile(right, there)) continue;
    const fresh = workName(layout, 'layer');
    await linkLayer(right, fresh);
    await rename(fresh, there);
    repaired.push(name);
  }
  if (repaired.length > 0) await sync(layout.image(id));
  if ((await readImage(layout, id))?.state !== 'whole') {
    await replaceFile(layout, layout.sbom(id), await image.sbom());
    await replaceFile(layout, layout.manifest(id), `${JSON.stringify(image.manifest, undefined, 2)}\n`);
  }
  return repaired;
};

const moveSnapshot = async ({ directory, fingerprint }: Snapshot, to: string): Promise<void> => {
  await writeSafely(join(directory, SNAPSHOT_FINGERPRINT), fingerprint);
  for (const name of await readdir(directory)) await sync(join(directory, name));
  await rename(directory, to);
  await sync(to);
};

const pathOf = (image: NewImage, name: LayerName): string => {
  const path = image.paths[name];
  if (path === undefined) throw new Error(`The manifest names a layer ${name} that was not built.`);
  return path;
};

const linkLayer = async (from: string, to: string): Promise<void> => {
  await chmod(from, READ_ONLY);
  await link(from, to);
  await sync(to);
};

const isSameFile = async (one: string, other: string): Promise<boolean> => {
  const [a, b] = await Promise.all([stat(one), ifThere(stat(other))]);
  return a.dev === b?.dev && a.ino === b.ino;
};
