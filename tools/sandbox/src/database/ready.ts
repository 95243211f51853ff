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

/**
 * What the server `pid` says of itself in its lock file's eighth line (`ready`, `starting`, `stopping`); undefined where the
 * file is missing, or another server has left it.
 */
function stateOf(directory: string, pid: number | undefined): string | undefined {
  try {
    const lines = readFileSync(lockFile(directory), 'utf8').split('\n');
    return Number(lines[0]) === pid ? lines[7]?.trim() : undefined;
  } catch {
    return undefined;
  }
}

/** A server that is waited for: the number of its process while it has one, and whether it was given up. */
export interface AwaitedServer {
  readonly pid: () => number | undefined;
  readonly hasFailed: () => boolean;
}

/** Waits until the server takes connections, or was given up; returns whether it does. */
export async function untilReady(directory: string, server: AwaitedServer): Promise<boolean> {
  const isReady = () => stateOf(directory, server.pid()) === 'ready';
  await waitUntil(() => isReady() || server.hasFailed(), READY_TIMEOUT_MS);
  return isReady();
}
