import { setTimeout as sleep } from 'node:timers/promises';
import { takeName } from '../abstract-name';

/** Runs `action` while no other process of this machine runs one under the same name. Throws after `waitMs` of waiting. */
export async function holding<T>(name: string, waitMs: number, action: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const lock = await takeName(`real-hosts:${name}`);
    if (lock) return action().finally(() => lock.close());
    if (Date.now() > deadline) throw new Error(`another process holds ${name} for more than ${waitMs / 1000} s`);
    await sleep(50);
  }
}
