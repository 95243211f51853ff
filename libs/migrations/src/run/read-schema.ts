import { schemaBusy } from '@polydev/errors';
import { readCatalogue, type Catalogue } from '../catalogue';
import { sqlStateOf } from '../drivers/sql-state';
import { pause, type RunContext } from './context';

/** SQLSTATE of a lock that was not got in time. */
const LOCK_BUSY = '55P03';

/**
 * Reads the schema of the database that is migrated; whoever holds a table that a view needs is waited for, as often as a migration
 * waits for a lock. Throws SCHEMA_BUSY.
 */
export const readSchema = async (run: RunContext): Promise<Catalogue> => {
  const attempts = run.limits.lockRetries + 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readCatalogue(run.database);
    } catch (error) {
      if (sqlStateOf(error) !== LOCK_BUSY) throw error;
      if (attempt >= attempts) throw schemaBusy({ address: run.database.address, attempts, cause: error });
    }
    const nextInMs = run.limits.lockPauseMs * 2 ** (attempt - 1);
    run.report({ event: 'schema-busy', attempt, attempts, nextInMs });
    await pause(run, nextInMs);
  }
};
