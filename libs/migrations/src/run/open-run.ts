import { randomUUID } from 'node:crypto';
import { isOpsError, migrationsInterrupted } from '@polydev/errors';
import type { Database } from '../drivers/driver';
import { withLease } from '../lease';
import type { Author } from '../store';
import { ensureTables } from '../store/tables';
import { DEFAULT_LIMITS, type Limits, type RunContext } from './context';
import type { Report } from './events';

/** What every verb that changes the database is given. */
export interface RunInput {
  readonly database: Database;
  readonly author: Author;
  readonly report: Report;
  readonly limits?: Partial<Limits> | undefined;
  /** Ends the run between two files, or while it waits. */
  readonly signal?: AbortSignal | undefined;
  /** Time after which the lease of a run that died is free, in milliseconds; 15 s if not given. */
  readonly leaseTtlMs?: number | undefined;
  /** How long to wait for another run, in milliseconds; 10 minutes if not given. */
  readonly leaseWaitMs?: number | undefined;
}

/**
 * Does `work` with the tables of `deploy_meta` there and the lease held. Throws MIGRATION_LEASE_HELD, MIGRATIONS_INTERRUPTED and what
 * `work` throws.
 */
export const openRun = async <T>(input: RunInput, work: (run: RunContext) => Promise<T>): Promise<T> => {
  const { database, author, report, signal } = input;
  await ensureTables(database);
  const request = {
    ...author,
    token: randomUUID(),
    ttlMs: input.leaseTtlMs ?? 15_000,
    waitMs: input.leaseWaitMs ?? 10 * 60_000,
    report,
    signal,
  };
  const limits = { ...DEFAULT_LIMITS, ...input.limits };
  try {
    return await withLease(database, request, (lease) => work({ database, lease, author, limits, report, signal }));
  } catch (error) {
    if (signal?.aborted !== true || isOpsError(error)) throw error;
    throw migrationsInterrupted();
  }
};
