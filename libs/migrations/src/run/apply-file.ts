import { migrationLockBusy } from '@polydev/errors';
import { sqlStateOf } from '../drivers/sql-state';
import { LEASE_LOST } from '../lease/statements';
import type { Migration } from '../migration';
import { pause, type RunContext } from './context';
import { afterLostAnswer } from './lost-answer';
import { scriptOf } from './script';

/** What a try to apply a file came to. */
export type Applied = 'applied' | 'already-applied';

/** SQLSTATEs of a lock that was not got in time and of a deadlock that was solved at our expense. */
const LOCK_BUSY = new Set(['55P03', '40P01']);

/** How often a file is sent again whose answer was lost and of which nothing is there. */
const RESENDS = 3;

/**
 * Applies a file as one transaction with its record. Throws MIGRATION_FAILED, MIGRATION_LOCK_BUSY,
 * MIGRATION_OUTCOME_UNKNOWN, MIGRATION_LEASE_LOST.
 */
export const applyFile = async (run: RunContext, migration: Migration): Promise<Applied> => {
  for (let sent = 1; ; sent += 1) {
    const outcome = await applyWithRetries(run, migration);
    if (outcome !== 'unknown') return outcome;
    run.report({ event: 'answer-lost', migration, why: run.database.whyUnknown() });
    if ((await afterLostAnswer(run, { migration, givingUp: sent > RESENDS })) === 'applied') return 'applied';
  }
};

const applyWithRetries = async (run: RunContext, migration: Migration) => {
  const { lockRetries, lockPauseMs, lockTimeoutMs } = run.limits;
  const attempts = lockRetries + 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run.database.apply(migration, scriptOf(migration, run));
    } catch (error) {
      const sqlState = sqlStateOf(error) ?? '';
      if (sqlState === LEASE_LOST) throw run.lease.lost();
      if (!LOCK_BUSY.has(sqlState)) throw error;
      if (attempt >= attempts) throw migrationLockBusy({ migration, attempts, lockTimeoutMs, cause: error });
    }
    const nextInMs = lockPauseMs * 2 ** (attempt - 1);
    run.report({ event: 'lock-busy', migration, attempt, attempts, nextInMs });
    await pause(run, nextInMs);
  }
};
