import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxBusy } from '@polydev/errors';
import { takeName } from './abstract-name';

const WAIT_MS = 60_000;

/**
 * Runs `action` while no other start or stop of the same sandbox runs; waits for one that does.
 * Throws SANDBOX_BUSY when it has not ended after a minute.
 */
export async function exclusively<T>(directory: string, action: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const lock = await takeName(`start-or-stop:${directory}`);
    if (lock) return action().finally(() => lock.close());
    if (Date.now() > deadline) throw sandboxBusy({ directory, waitedMs: WAIT_MS });
    await sleep(50);
  }
}
