import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of a file as hex. */
export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
};

/** SHA-256 of a text as hex. */
export const sha256OfText = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Returns when what was written to a file, or the names in a directory, will outlive a power cut. */
export const flushed = async (path: string): Promise<void> => {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Makes a directory and those above it below `root`, with one mode whatever the umask of who builds. */
export const makeDirectory = async (root: string, path: string): Promise<void> => {
  if (path.length <= root.length) return;
  await makeDirectory(root, dirname(path));
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
};
