import { createHash } from 'node:crypto';
import type { Layer } from '@polydev/contract';

/** Id of an image: `img-` and 16 hex digits over its kind and its layers. The same layers are the same image, whoever built it. */
export const imageIdOf = (kind: 'vm' | 'process', layers: readonly Pick<Layer, 'name' | 'sha256'>[]): string => {
  const lines = layers.map((layer) => `${layer.name} ${layer.sha256}\n`).sort();
  return `img-${createHash('sha256').update(`${kind}\n`).update(lines.join('')).digest('hex').slice(0, 16)}`;
};
