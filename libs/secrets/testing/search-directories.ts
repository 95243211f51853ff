import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Canary, Leak } from './canary';

const CHUNK = 1024 * 1024;
/** Longer than any needle, so that none is cut in two. */
const OVERLAP = 256;

/** Read piece by piece: caches and databases may be larger than memory. */
const fileHolds = (path: string, canary: Canary): boolean => {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(CHUNK);
    let kept = Buffer.alloc(0);
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer)) {
      const piece = Buffer.concat([kept, buffer.subarray(0, read)]);
      if (canary.isIn(piece)) return true;
      kept = piece.subarray(-OVERLAP);
    }
    return false;
  } finally {
    closeSync(descriptor);
  }
};

/** What is gone since it was listed holds nothing. */
const unlessGone = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
};

const leaksAt = (path: string, canary: Canary, expected: ReadonlySet<string>): readonly Leak[] => {
  if (expected.has(path)) return [];
  const stat = unlessGone(() => lstatSync(path), undefined);
  const named = canary.isIn(path.slice(path.lastIndexOf('/'))) ? [{ where: 'the name of a file' }] : [];
  if (stat?.isSymbolicLink())
    return canary.isIn(unlessGone(() => readlinkSync(path), '')) ? [{ where: `where ${path} points to` }] : named;
  if (stat?.isDirectory())
    return unlessGone(() => readdirSync(path), [])
      .flatMap((name) => leaksAt(join(path, name), canary, expected))
      .concat(named);
  const held = stat?.isFile() && unlessGone(() => fileHolds(path, canary), false);
  return held ? [{ where: path }, ...named] : named;
};

/**
 * Which files below some directories hold the canary, hidden ones too, in their content, name or link. `expected` are
 * those that should. What is compressed or encrypted is not looked into.
 */
export const leaksInDirectories = (
  canary: Canary,
  directories: readonly string[],
  expected: readonly string[] = [],
): readonly Leak[] => directories.flatMap((directory) => leaksAt(directory, canary, new Set(expected)));
