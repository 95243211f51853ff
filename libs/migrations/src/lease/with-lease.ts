import { setTimeout as sleep } from 'node:timers/promises';
import { migrationLeaseHeld, migrationLeaseLost, type OpsError } from '@polydev/errors';
import type { Database } from '../drivers/driver';
import type { Report } from '../run/events';
import { leaseHolder, releaseLease, renewLease, takeLease, type Claim } from './statements';

/** Who asks for the lease, and how patiently. */
export interface LeaseRequest extends Claim {
  /** How long to wait for another run, in milliseconds. */
  readonly waitMs: number;
  readonly report: Report;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** The lease while it is held. */
export interface Lease extends Claim {
  /**
   * To be asked before a statement that no transaction fences; asks the database where the last beat is too long ago. Throws
   * MIGRATION_LEASE_LOST.
   */
  readonly ensureHeld: () => Promise<void>;
  /** MIGRATION_LEASE_LOST, for who found out. */
  readonly lost: () => OpsError;
  /** To be told of each migration that is done, for that error's message. */
  readonly count: () => void;
}

const POLL_MS = 250;

/** The row is neither held nor free to take: a transaction that is none of ours has locked it. */
const NOBODY = { by: 'a transaction that has locked deploy_meta.lease', since: 'an unknown time' };

/**
 * Runs `work` while this run holds the database's lease, which it renews by a heartbeat and gives back at the end. Waits for another
 * run's; throws MIGRATION_LEASE_HELD after `waitMs`. Needs no session, so it holds through a transaction-mode pooler too.
 */
export const withLease = async <T>(
  database: Database,
  request: LeaseRequest,
  work: (lease: Lease) => Promise<T>,
): Promise<T> => {
  await take(database, request);
  const heart = beat(database, request);
  try {
    return await work(heart.lease);
  } finally {
    await heart.stop();
    // What failed is what the user has to know; a lease that could not be given back expires by itself.
    await database.exec(releaseLease(request)).catch(() => undefined);
  }
};

const take = async (database: Database, request: LeaseRequest): Promise<void> => {
  const begun = performance.now();
  let told: string | undefined;
  while ((await database.rows(takeLease(request))).length === 0) {
    const [holder] = await database.rows<{ readonly by: string; readonly since: string }>(leaseHolder);
    const waitedMs = performance.now() - begun;
    if (waitedMs > request.waitMs) {
      throw migrationLeaseHeld({ address: database.address, ...(holder ?? NOBODY), waitedMs });
    }
    if (holder && told !== holder.since) request.report({ event: 'waiting', ...holder });
    told = holder?.since ?? told;
    await sleep(Math.min(POLL_MS, request.ttlMs / 2), undefined, request.signal ? { signal: request.signal } : {});
  }
};

/** Renews the lease three times within its time to live, by a timer of its own. */
const beat = (database: Database, claim: LeaseRequest) => {
  let renewedAt = performance.now();
  let lost = false;
  let applied = 0;
  let pending: Promise<void> | undefined;
  const renew = async (): Promise<void> => {
    const asked = performance.now();
    const [row] = await database.rows<{ readonly held: boolean }>(renewLease(claim));
    if (row?.held === true) renewedAt = asked;
    else lost = true;
  };
  const timer = setInterval(() => {
    // A beat that fails is made up for by the next.
    pending ??= renew()
      .catch(() => undefined)
      .finally(() => (pending = undefined));
  }, claim.ttlMs / 3);
  const error = () => migrationLeaseLost({ address: database.address, applied });
  const lease: Lease = {
    ...claim,
    lost: error,
    ensureHeld: async () => {
      // A beat may have had to wait for a connection while a long file ran, which holds the lease by its transaction.
      if (performance.now() - renewedAt > claim.ttlMs / 2) await renew();
      if (lost) throw error();
    },
    count: () => {
      applied += 1;
    },
  };
  const stop = async () => {
    clearInterval(timer);
    await pending;
  };
  return { lease, stop };
};
