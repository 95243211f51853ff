import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { imageIdSchema, imageManifestSchema, type ImageManifest } from '@polydev/contract';
import type { ImageFiles } from '../drivers/driver';
import { imageIdOf } from '../layers/image-id';
import type { ImagesLayout } from '../layout';
import { ifThere } from './durable';

/** What a directory with the name of an image holds. */
export type StoredImage =
  | { readonly state: 'whole'; readonly id: string; readonly manifest: ImageManifest }
  | {
      readonly state: 'damaged';
      readonly id: string;
      /** What is missing or wrong, as a phrase. */
      readonly reason: string;
      /** Present where only a layer is damaged. */
      readonly manifest?: ImageManifest;
    };

/**
 * Returns every image of the store, in no order. One that is damaged is told as such and hides no other. Layers are
 * looked at by name and size; {@link verifyLayers} reads them.
 */
export const readImages = async (layout: ImagesLayout): Promise<readonly StoredImage[]> => {
  const names = (await ifThere(readdir(layout.root))) ?? [];
  const ids = names.filter((name) => imageIdSchema.safeParse(name).success);
  const images = await Promise.all(ids.map((id) => readImage(layout, id)));
  return images.filter((image) => image !== undefined);
};

/** Returns one image, or undefined where there is no such directory. */
export const readImage = async (layout: ImagesLayout, id: string): Promise<StoredImage | undefined> => {
  if (!(await ifThere(stat(layout.image(id))))) return undefined;
  const manifest = await readManifest(layout.manifest(id));
  if (typeof manifest === 'string') return { state: 'damaged', id, reason: manifest };
  if (manifest.id !== id || imageIdOf(manifest.kind, manifest.layers) !== id)
    return { state: 'damaged', id, reason: 'its manifest.json belongs to another image' };
  const wrong = (await Promise.all(manifest.layers.map((layer) => layerFault(layout.image(id), layer)))).filter(
    (fault) => fault !== undefined,
  );
  return wrong.length === 0
    ? { state: 'whole', id, manifest }
    : { state: 'damaged', id, reason: wrong.join(', '), manifest };
};

/** The files of an image as a driver takes them. */
export const imageFiles = (layout: ImagesLayout, manifest: ImageManifest): ImageFiles => ({
  id: manifest.id,
  kind: manifest.kind,
  layers: Object.fromEntries(manifest.layers.map(({ name, file }) => [name, join(layout.image(manifest.id), file)])),
});

const readManifest = async (path: string): Promise<ImageManifest | string> => {
  const text = await ifThere(readFile(path, 'utf8'));
  if (text === undefined) return 'it has no manifest.json';
  try {
    const parsed = imageManifestSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'its manifest.json is none that this version can read';
  } catch {
    return 'its manifest.json is not whole';
  }
};

const layerFault = async (directory: string, layer: ImageManifest['layers'][number]): Promise<string | undefined> => {
  const file = await ifThere(stat(join(directory, layer.file)));
  if (!file) return `layer ${layer.name} is missing`;
  return file.size === layer.size ? undefined : `layer ${layer.name} has ${file.size} bytes instead of ${layer.size}`;
};
