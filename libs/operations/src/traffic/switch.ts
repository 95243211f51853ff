import type { HostShell } from '@polydev/host';
import type { Slot } from '../layout';
import { haproxyConfig } from './config';
import { runTraffic } from './run';
import type { TrafficSettings, TrafficState } from './settings';

/**
 * Puts the engine's configuration in place, once HAProxy accepted it; an engine that runs does not read it before its
 * next start. Throws TRAFFIC_CONFIG_INVALID and TOOL_MISSING, with the configuration before still there.
 */
export const writeTrafficConfig = async (
  shell: HostShell,
  settings: TrafficSettings,
  state: TrafficState,
): Promise<void> => {
  await runTraffic(shell, settings, {
    verb: 'write',
    args: {},
    stdin: haproxyConfig(settings, state),
    what: 'its configuration',
    stateWhenDown: 'Its configuration stays as it was.',
  });
};

export interface Switch {
  /** Undefined: nobody gets requests, and clients are told 503. */
  readonly to: Slot | undefined;
  /** Whether it is enough to write the configuration where no engine runs: for the way back, which has to come to an end. */
  readonly engineMayBeDown?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Moves all new requests to a slot by the engine's runtime interface, and then writes the configuration that says the
 * same; nothing is reloaded. Says in a phrase what became of it. May be run again after any end: where it was cut off
 * between the two, {@link readTraffic} finds `live` and `configured` apart, and both slots run until the drain.
 * Throws TRAFFIC_CONFIG_INVALID, TRAFFIC_ENGINE_DOWN, TRAFFIC_MOVE_FAILED.
 */
export const switchTraffic = async (
  shell: HostShell,
  settings: TrafficSettings,
  { to, engineMayBeDown = false, signal }: Switch,
): Promise<string> => {
  const { stdout } = await runTraffic(shell, settings, {
    verb: 'switch',
    args: { to: to ?? '', down: engineMayBeDown ? 'fine' : '' },
    stdin: haproxyConfig(settings, { live: to }),
    ...(signal ? { signal } : {}),
    what: `traffic to ${to ?? 'no slot'}`,
    stateWhenDown: `Nobody answers on port ${settings.port} until it runs; its configuration stays as it was.`,
  });
  const where = to ? `port ${settings.port} answers from ${to}` : `port ${settings.port} answers from no release`;
  return stdout.trim() === 'down' ? `${where} once the traffic engine runs again; it does not now` : where;
};

/** Takes a slot out of use that is drained and stopped, so that nothing tries to reach it. May be run again. */
export const retireSlot = async (shell: HostShell, settings: TrafficSettings, slot: Slot): Promise<void> => {
  await runTraffic(shell, settings, {
    verb: 'state',
    args: { slot, to: 'maint' },
    what: `${slot} out of use`,
    stateWhenDown: 'Its configuration has that slot out of use already.',
  });
};

export interface Drain {
  readonly slot: Slot;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Drained {
  /** False where requests were left when the time was over. */
  readonly ok: boolean;
  /** The same as a phrase for a report. */
  readonly text: string;
}

/**
 * Waits until a slot that gets no new requests has ended its last one, and until no worker from before a reload is left
 * whose clients could still be led there. An engine that does not answer has no connections left.
 */
export const waitUntilDrained = async (
  shell: HostShell,
  settings: TrafficSettings,
  { slot, timeoutMs, signal }: Drain,
): Promise<Drained> => {
  const result = await runTraffic(shell, settings, {
    verb: 'drained',
    args: { slot, limit: String(timeoutMs), patience: '0' },
    answers: [3],
    timeoutMs: timeoutMs + 10_000,
    ...(signal ? { signal } : {}),
    what: `${slot} drained`,
    stateWhenDown: 'Its connections are gone.',
  });
  if (result.exitCode === 0)
    return { ok: true, text: `${slot} ended its last request within ${result.stdout.trim()} ms` };
  const [requests = '', workers = ''] = result.stderr.trim().split(' ');
  const old = workers === '0' ? '' : `, and ${workers} of the engine's workers from before a reload`;
  return { ok: false, text: `${slot} still had ${requests} requests after ${timeoutMs / 1000} s${old}` };
};
