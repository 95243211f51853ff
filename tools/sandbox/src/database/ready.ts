import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../processes';

const READY_TIMEOUT_MS = 30_000;

const lockFile = (directory: string): string => join(directory, 'data/postmaster.pid');

/**
 * Removes the lock file that a killed server left. To be called where no process of the sandbox is left: PostgreSQL does
 * so itself, but not where another process has got the number that stands in it.
 */
export const clearStaleLock = (directory: string): void => rmSync(lockFile(directory), { force: true });

/** What the server says of itself in its lock file's eighth line (`ready`, `starting`, `stopping`); undefined where none runs. */
function stateOf(directory: string): string | undefined {
  try {
    return readFileSync(lockFile(directory), 'utf8').split('\n')[7]?.trim();
  } catch {
    return undefined;
  }
}

/** Waits until the server takes connections. `hasFailed` ends the wait early. */
export async function untilReady(directory: string, hasFailed: () => boolean): Promise<boolean> {
  const isReady = () => stateOf(directory) === 'ready';
  await waitUntil(() => isReady() || hasFailed(), READY_TIMEOUT_MS);
  return isReady();
}
