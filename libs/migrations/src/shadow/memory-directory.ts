import { chmodSync, lstatSync, mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Linux's file system in memory that every user may write to. */
const MEMORY = '/dev/shm';

/** A shadow takes some 60 MB and what its write-ahead log grows to; in a container it may have 64 MB, which are left alone. */
const WANTED_BYTES = 1024 ** 3;

/**
 * A directory for running shadows in memory: PostgreSQL makes several files a table, which took four times as long on a disk. Made
 * where it is missing; undefined where there is no such file system or too little room.
 */
export const memoryDirectory = (memory = MEMORY): string | undefined => {
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize < WANTED_BYTES) return undefined;
    const directory = join(memory, `polydev-shadows-${process.getuid?.() ?? 0}`);
    mkdirSync(directory, { recursive: true });
    if (!isOurs(directory)) return undefined;
    // Whatever our umask is: the user that PostgreSQL runs as has to get through. What lies in it is each closed by itself.
    chmodSync(directory, 0o755);
    return directory;
  } catch {
    return undefined;
  }
};

/** Anybody may make a directory or a link of that name there before us. */
const isOurs = (directory: string): boolean => {
  const stats = lstatSync(directory);
  return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
};
