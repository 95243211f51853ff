import { open, readFile } from 'node:fs/promises';
import { imageActivationSchema, type ImageActivation } from '@polydev/contract';
import type { ImagesLayout } from '../layout';
import { ifThere } from './durable';

/** Returns every change of `active`, oldest first. Lines that are not whole (a crash while writing one) are left out. */
export const readActivations = async (layout: ImagesLayout): Promise<readonly ImageActivation[]> => {
  const text = (await ifThere(readFile(layout.activations, 'utf8'))) ?? '';
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = imageActivationSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
};

/** Appends a change, unless it is the last one already; returns when it is safe. */
export const recordActivation = async (layout: ImagesLayout, activation: ImageActivation): Promise<void> => {
  // In the schema's order of keys, so that the same change is the same line.
  const line = JSON.stringify(imageActivationSchema.parse(activation));
  const handle = await open(layout.activations, 'a+', 0o644);
  try {
    const text = await handle.readFile('utf8');
    if (text.endsWith(`${line}\n`)) return;
    // A line that a crash cut off must not swallow this one.
    const begin = text === '' || text.endsWith('\n') ? '' : '\n';
    await handle.appendFile(`${begin}${line}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
};
