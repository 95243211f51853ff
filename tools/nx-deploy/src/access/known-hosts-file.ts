import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ShownHostKey, withHostKey } from '@polydev/host';

/** A key with the file that it belongs to. */
export type PlacedKey = ShownHostKey & { readonly file: string };

/** Adds keys to their known_hosts files, in place of others where those have changed; each file is written whole. Returns them. */
export const addHostKeys = async (keys: readonly PlacedKey[]): Promise<readonly PlacedKey[]> => {
  for (const file of new Set(keys.map((key) => key.file))) {
    const own = keys.filter((key) => key.file === file);
    const text = own.reduce(
      (before, key) => withHostKey(before, key, { replace: key.state === 'changed' }),
      await read(file),
    );
    await mkdir(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}.new`;
    await writeFile(draft, text);
    await rename(draft, file);
  }
  return keys;
};

const read = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};
