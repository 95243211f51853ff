import { isOpsError, migrationOutcomeUnknown } from '@polydev/errors';
import { leaseBusy } from '../lease/statements';
import type { Migration } from '../migration';
import { isDone } from '../plan';
import { readRecord } from '../store/records';
import { pause, type RunContext } from './context';

/**
 * How a transaction ended whose answer was lost: `applied` if its record is there; `nothing` if it is not and no transaction holds the
 * lease any more. A script that arrives only now meets the guard, so to send the file again is safe either way. Throws
 * MIGRATION_OUTCOME_UNKNOWN if the database cannot be asked, or if the file is not to be sent again.
 */
export const afterLostAnswer = async (
  run: RunContext,
  { migration, givingUp }: { readonly migration: Migration; readonly givingUp: boolean },
): Promise<'applied' | 'nothing'> => {
  for (let told = false; ;) {
    const { done, busy } = await patiently(run, migration, async () => ({
      done: isDone(await readRecord(run.database, migration.version)),
      busy: (await run.database.rows<{ readonly busy: boolean }>(leaseBusy))[0]?.busy === true,
    }));
    if (done) return 'applied';
    if (!busy && givingUp) throw unknown(run, migration);
    if (!busy) return 'nothing';
    if (!told) run.report({ event: 'still-running', migration });
    told = true;
    await pause(run);
  }
};

/** Codes that say nothing of the database but that it could not be asked now. */
const PASSING = new Set<string>([
  'DATABASE_CONNECTION_LOST',
  'DATABASE_UNREACHABLE',
  'DATABASE_NOT_READY',
  'SUPABASE_UNREACHABLE',
  'SUPABASE_RATE_LIMITED',
  'SUPABASE_FAILED',
]);

/** Asks until the database answers, for as long as the limits allow. Throws what `ask` throws but for a database that cannot be asked. */
export const patiently = async <T>(run: RunContext, migration: Migration, ask: () => Promise<T>): Promise<T> => {
  const begun = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isOpsError(error) || !PASSING.has(error.code)) throw error;
      if (performance.now() - begun > run.limits.lostAnswerMs) throw unknown(run, migration, error);
      await pause(run);
    }
  }
};

const unknown = ({ database }: RunContext, migration: Migration, cause?: unknown) =>
  migrationOutcomeUnknown({ migration, address: database.address, why: database.whyUnknown(), cause });
