import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LAYER_FILES } from '../../layout';
import type { ImageFiles } from '../driver';
import { VM_FILES } from './calls';

export interface PlacedFiles {
  readonly kernel: string;
  readonly layers?: ImageFiles['layers'];
}

/** Gives an image's files the names in a VM's directory that they have in every VM. */
export async function placeFiles(directory: string, { kernel, layers = {} }: PlacedFiles): Promise<void> {
  await symlink(kernel, join(directory, VM_FILES.kernel));
  for (const name of ['initrd', 'base', 'agent'] as const)
    if (layers[name] !== undefined) await symlink(layers[name], join(directory, LAYER_FILES[name]));
}
