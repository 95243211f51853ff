import { existsSync } from 'node:fs';
import { imagesLayout } from '../../layout';
import { activeId, readImage } from '../index';

/**
 * Reads the active image of the root in its first argument over and over until the file `stop` lies there, then prints how often
 * it saw which image, and what it saw that was no whole image.
 */
const layout = imagesLayout(process.argv[2] ?? '');
const seen: Record<string, number> = {};
const faults: unknown[] = [];
const read = async (): Promise<void> => {
  const id = await activeId(layout);
  const image = id === undefined ? undefined : await readImage(layout, id);
  if (image?.state === 'whole') seen[image.id] = (seen[image.id] ?? 0) + 1;
  else faults.push({ id, image });
};
const readUntilStopped = async (): Promise<void> => {
  process.stdout.write('reading\n');
  while (!existsSync(`${layout.root}/stop`)) await read();
  process.stdout.write(`${JSON.stringify({ seen, faults })}\n`);
};
void readUntilStopped();
