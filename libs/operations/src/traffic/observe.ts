import { setTimeout as sleep } from 'node:timers/promises';
import { releaseFailedUnderTraffic } from '@polydev/errors';
import type { HostShell } from '@polydev/host';
import type { Slot } from '../layout';
import { difference, isBad, NOTHING_COUNTED, together, type Observed } from './judge';
import { readEngine, type TrafficEngine } from './read';
import type { TrafficSettings } from './settings';

const POLL_MS = 250;

export interface Observation {
  readonly slot: Slot;
  readonly windowMs: number;
  /** Default 250. */
  readonly pollMs?: number;
  /** Share of requests that may fail, from 0 to 1. */
  readonly maxFailedShare: number;
  /** The engine as it was before the slot got traffic; default: as it is at the call. */
  readonly baseline?: TrafficEngine;
  readonly signal: AbortSignal;
}

/**
 * Watches what the engine counts of a slot's answers for a time. Says what was seen; throws
 * RELEASE_FAILED_UNDER_TRAFFIC as soon as {@link isBad} says so, and TRAFFIC_ENGINE_DOWN.
 */
export const observeTraffic = async (
  shell: HostShell,
  settings: TrafficSettings,
  observation: Observation,
): Promise<string> => {
  const { requests, failed, seconds } = await observe(shell, settings, observation);
  return `${failed} of ${requests} requests failed in ${seconds} s`;
};

/** The same with its figures. Seconds are of the clock here, and only measure. */
export const observe = async (
  shell: HostShell,
  settings: TrafficSettings,
  { slot, windowMs, pollMs = POLL_MS, maxFailedShare, baseline, signal }: Observation,
): Promise<Observed & { readonly seconds: number }> => {
  const look = () => readEngine(shell, settings, `The new release has the traffic, and was not watched to the end.`);
  const began = performance.now();
  const tally = new Tally(slot, baseline ?? (await look()));
  for (;;) {
    const left = windowMs - (performance.now() - began);
    await sleep(Math.max(0, Math.min(pollMs, left)), undefined, { signal });
    const seen = tally.add(await look());
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    if (isBad(seen, maxFailedShare)) {
      throw releaseFailedUnderTraffic({ host: shell.host.name, target: settings.target, slot, seconds, ...seen });
    }
    if (left <= pollMs) return { ...seen, seconds };
  }
};

/** Adds up a slot's counters over the lives of the engine, which counts from nothing after each start. */
class Tally {
  #before: Observed | undefined;
  #pid: number;
  #from;
  #seen: Observed | undefined;

  constructor(
    private readonly slot: Slot,
    engine: TrafficEngine,
  ) {
    this.#pid = engine.pid;
    this.#from = this.#counters(engine);
  }

  /** Takes the next look at the engine; returns all that was counted since the first. */
  add(engine: TrafficEngine): Observed {
    if (engine.pid !== this.#pid) {
      this.#pid = engine.pid;
      this.#before = this.#seen;
      this.#from = NOTHING_COUNTED;
    }
    const now = difference(this.#from, this.#counters(engine));
    return (this.#seen = this.#before ? together(this.#before, now) : now);
  }

  #counters(engine: TrafficEngine) {
    return engine.servers[this.slot] ?? NOTHING_COUNTED;
  }
}
