import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clearStaleLock, DATABASE_UNIT, makeCluster, readPasswords, untilReady, type Passwords } from '../database';
import { identityOf } from '../processes';
import { lastLines } from './log';
import type { Supervisor } from './supervisor';

/**
 * Makes the sandbox's database in `directory` unless it is there, ready to be started. Returns the passwords of its roles.
 * Throws an Error for the starter to see.
 */
export async function prepareDatabase(directory: string): Promise<Passwords> {
  if (!existsSync(directory)) await makeCluster(directory);
  clearStaleLock(directory);
  return readPasswords(join(directory, 'passwords.json'));
}

/** Starts the database's unit unless it runs, and waits until it takes connections. Throws an Error with the end of its log. */
export async function startDatabase(supervisor: Supervisor, directory: string): Promise<void> {
  const unit = supervisor.find(DATABASE_UNIT);
  if (!unit?.definition.enabled) return;
  await unit.start();
  // One that was killed a moment ago has left a lock file with its number, and may not be known to have ended yet.
  const pid = () => (unit.state.kind === 'active' ? identityOf(unit.state.run.pid)?.pid : undefined);
  if (await untilReady(directory, { pid, hasFailed: () => unit.state.kind === 'failed' })) return;
  const log = supervisor.logOf(DATABASE_UNIT);
  throw new Error(`its database did not start. The end of ${log}:\n${lastLines(log, 15).join('\n')}`);
}
