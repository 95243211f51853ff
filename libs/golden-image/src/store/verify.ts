import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ImageManifest, LayerName } from '@polydev/contract';
import type { ImagesLayout } from '../layout';
import { ifThere } from './durable';

/** Returns the names of the layers whose bytes are not those that the manifest tells; reads all of them. */
export const verifyLayers = async (layout: ImagesLayout, manifest: ImageManifest): Promise<readonly LayerName[]> => {
  const damaged: LayerName[] = [];
  for (const layer of manifest.layers) {
    const hash = await ifThere(hashOf(join(layout.image(manifest.id), layer.file)));
    if (hash !== layer.sha256) damaged.push(layer.name);
  }
  return damaged;
};

const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
};
