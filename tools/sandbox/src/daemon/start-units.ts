import { startDatabase } from './database';
import type { Supervisor } from './supervisor';

/**
 * Starts what should run and does not: the database in `directory` first, which the others use, then the enabled units that
 * something is deployed for. Throws an Error for the starter to see when the database takes no connections.
 */
export async function startUnits(supervisor: Supervisor, directory: string): Promise<void> {
  await startDatabase(supervisor, directory);
  await supervisor.startEnabled();
}
