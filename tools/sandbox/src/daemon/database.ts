import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clearStaleLock, DATABASE_UNIT, makeCluster, readPasswords, untilReady, type Passwords } from '../database';
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

/** Starts the database's unit and waits until it takes connections. Throws an Error with the end of its log. */
export async function startDatabase(supervisor: Supervisor, directory: string): Promise<void> {
  const unit = supervisor.find(DATABASE_UNIT);
  if (!unit?.definition.enabled) return;
  await unit.start();
  if (await untilReady(directory, () => unit.state.kind === 'failed')) return;
  const log = supervisor.logOf(DATABASE_UNIT);
  throw new Error(`its database did not start. The end of ${log}:\n${lastLines(log, 15).join('\n')}`);
}
