import { setTimeout as sleep } from 'node:timers/promises';
import { isOpsError } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import { holderOf, type LockHolder } from '../connect';

/** A killed task's shell on the host notices within its heartbeat; a live closer is done within a second. */
export const PATIENT = 20;
const PAUSE_MS = 1_000;

export interface LockWanted {
  /** What it guards, for messages. */
  readonly target: string;
  readonly lockFile: string;
  readonly head: LockHolder;
  /** How often it is tried, a second apart. */
  readonly tries: number;
}

/** A shell with the lock, or undefined when somebody held it at every try. */
export const openWhenFree = async (host: Host, wanted: LockWanted): Promise<HostShell | undefined> => {
  const { target, lockFile, head, tries } = wanted;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await host.openShell({ target, lockFile, holder: holderOf(head) });
    } catch (error) {
      if (!isOpsError(error, 'LOCK_HELD')) throw error;
      if (attempt >= tries) return undefined;
      await sleep(PAUSE_MS);
    }
  }
};
