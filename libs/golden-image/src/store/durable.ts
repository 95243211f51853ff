import { randomBytes } from 'node:crypto';
import { open, rename, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImagesLayout } from '../layout';

/** A name that no other process uses, for what lies in `work` until it is whole. */
export const workName = (layout: ImagesLayout, purpose: string): string =>
  join(layout.work, `${purpose}-${process.pid}-${randomBytes(4).toString('hex')}`);

/** Returns when what was written to a file, or into a directory, survives a loss of power. */
export const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Writes a file of text and returns when it is safe. Not atomic: for places that nobody reads yet. */
export const writeSafely = async (path: string, text: string): Promise<void> => {
  const handle = await open(path, 'w', 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Replaces a file as a whole: a reader sees the old text or the new one. */
export const replaceFile = async (layout: ImagesLayout, path: string, text: string): Promise<void> => {
  const fresh = workName(layout, 'file');
  await writeSafely(fresh, text);
  await rename(fresh, path);
  await sync(dirname(path));
};

/** Points a symlink in the root somewhere else: a reader sees the old target or the new one, never none. */
export const swapLink = async (layout: ImagesLayout, link: string, target: string): Promise<void> => {
  const fresh = workName(layout, 'link');
  await symlink(target, fresh);
  await rename(fresh, link);
  await sync(layout.root);
};

/** What an operation on a file that may be missing gives, or undefined where it is. */
export const ifThere = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
