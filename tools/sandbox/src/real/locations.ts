import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where bases and sessions are kept: POLYDEV_REAL_HOSTS, else below the user's cache directory. */
export const cacheDirectory = (): string =>
  process.env['POLYDEV_REAL_HOSTS'] || join(homedir(), '.cache/polydev/real-hosts');

/** A program of this folder that is not TypeScript. */
export const programPath = (name: string): string => join(__dirname, name);
