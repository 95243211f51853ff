import { setTimeout as sleep } from 'node:timers/promises';
import { unitFellOver } from '@polydev/errors';
import type { Host } from '@polydev/host';
import { unitState } from '../units/systemctl';
import { unitLog } from './service-log';

/** Seconds that a service has to run without falling over before it counts: a crash loop is up for a moment each time. */
export const SETTLE_SECONDS = 2;
const POLL_MS = 200;

/**
 * Waits until a unit has run for a while without having been started again by systemd. Throws UNIT_FELL_OVER with its
 * last log lines as soon as it has, or is not active: never trusts `is-active`, which a crash loop answers with yes.
 */
export const waitUntilSettled = async (host: Host, unit: string, signal: AbortSignal): Promise<void> => {
  for (;;) {
    signal.throwIfAborted();
    const state = await unitState(host, unit);
    if (!state.active || state.restarts > 0) {
      throw unitFellOver({ host: host.name, unit, ...state, log: await unitLog(host, unit) });
    }
    const { stdout } = await host.exec(['cat', '/proc/uptime']);
    const left = SETTLE_SECONDS - (parseFloat(stdout) - state.startedAt);
    if (left <= 0) return;
    await sleep(Math.min(POLL_MS, left * 1000), undefined, { signal });
  }
};
