import { isOpsError, migrationNotRecorded } from '@polydev/errors';
import type { Migration } from '../migration';
import { isDone } from '../plan';
import { readApplied } from '../store';
import { holdsLease } from '../lease/statements';
import { writeRecord } from '../store/records';
import { applyAlone } from './apply-alone';
import { applyFile } from './apply-file';
import type { RunContext } from './context';

/** A migration that this run applied. */
export interface AppliedNow {
  readonly migration: Migration;
  readonly durationMs: number;
}

/**
 * Applies migrations one after the other, and stops at the first that fails. Throws what {@link applyFile} and {@link applyAlone}
 * throw, and MIGRATION_NOT_RECORDED; an abort of the run's signal ends it between two files.
 */
export const applyPending = async (run: RunContext, pending: readonly Migration[]): Promise<readonly AppliedNow[]> => {
  const applied: AppliedNow[] = [];
  for (const migration of pending) {
    run.signal?.throwIfAborted();
    await run.lease.ensureHeld();
    run.report({ event: 'started', migration });
    const begun = performance.now();
    const outcome = await telling(run, migration, () => applyOne(run, migration));
    const durationMs = performance.now() - begun;
    if (outcome === 'applied') applied.push({ migration, durationMs });
    run.lease.count();
    run.report(outcome === 'applied' ? { event: outcome, migration, durationMs } : { event: outcome, migration });
  }
  await ensureRecorded(run, pending);
  return applied;
};

/** Tells from time to time that the work goes on. */
const telling = async <T>(run: RunContext, migration: Migration, work: () => Promise<T>): Promise<T> => {
  const begun = performance.now();
  const tell = () => run.report({ event: 'running', migration, forMs: performance.now() - begun });
  const timer = setInterval(tell, run.limits.tellMs);
  return work().finally(() => clearInterval(timer));
};

/** Codes of a file of which nothing is in the database, and nothing on its way there. */
const FAILED = new Set<string>(['MIGRATION_FAILED', 'MIGRATION_LOCK_BUSY']);

const applyOne = async (run: RunContext, migration: Migration) => {
  if (migration.transaction === 'none') return applyAlone(run, migration);
  try {
    return await applyFile(run, migration);
  } catch (error) {
    // For `status`; what went wrong is the error, which must not be lost if this cannot be written either.
    if (isOpsError(error) && FAILED.has(error.code)) {
      const record = { ...migration, ...run.author, state: 'failed' as const };
      await run.database.exec(writeRecord(record, holdsLease(run.lease))).catch(() => undefined);
    }
    throw error;
  }
};

const ensureRecorded = async (run: RunContext, pending: readonly Migration[]): Promise<void> => {
  if (pending.length === 0) return;
  const done = new Set((await readApplied(run.database)).filter(isDone).map(({ version }) => version));
  const migrations = pending.filter(({ version }) => !done.has(version));
  if (migrations.length > 0) throw migrationNotRecorded({ migrations });
};
