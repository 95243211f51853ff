import { statfsSync } from 'node:fs';

/** statfs(2)'s number of a file system that is in memory alone. */
const TMPFS = 0x01021994;

const isInMemory = (path: string | undefined): boolean => {
  try {
    return path !== undefined && path !== '' && statfsSync(path).type === TMPFS;
  } catch {
    return false;
  }
};

/** A directory for files that no disk may ever have; undefined where this machine has none. */
export const directoryInMemory = (env: Readonly<Record<string, string | undefined>>): string | undefined =>
  [env['XDG_RUNTIME_DIR'], '/dev/shm'].find(isInMemory);
