import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../drivers/driver';
import type { Lease } from '../lease';
import type { Author } from '../store';
import type { Report } from './events';

/** How long statements may take; in milliseconds, all of them. */
export interface Limits {
  /** How long one may wait for a lock: everybody who comes after waits behind it. */
  readonly lockTimeoutMs: number;
  /** How long a statement may run. */
  readonly statementTimeoutMs: number;
  /** How often a migration is tried again after it did not get a lock. */
  readonly lockRetries: number;
  /** Pause before the first of those tries; each later one is twice as long. */
  readonly lockPauseMs: number;
  /** How long to ask for a record after an answer was lost. */
  readonly lostAnswerMs: number;
  /** How often it is told of a file that it still runs. */
  readonly tellMs: number;
}

/** 5 s for a lock: what a service that waits behind a migration bears; 15 minutes for a statement; 2, 4 and 8 s between tries. */
export const DEFAULT_LIMITS: Limits = {
  lockTimeoutMs: 5_000,
  statementTimeoutMs: 15 * 60_000,
  lockRetries: 3,
  lockPauseMs: 2_000,
  lostAnswerMs: 60_000,
  tellMs: 30_000,
};

/** What every step of a run needs. */
export interface RunContext {
  readonly database: Database;
  readonly lease: Lease;
  readonly author: Author;
  readonly limits: Limits;
  readonly report: Report;
  readonly signal: AbortSignal | undefined;
}

/** How often the database is asked for something that is waited for. */
export const POLL_MS = 200;

/** Waits; an abort of the run's signal ends it by a throw. */
export const pause = async ({ signal }: Pick<RunContext, 'signal'>, ms = POLL_MS): Promise<void> =>
  sleep(ms, undefined, signal ? { signal } : {});
