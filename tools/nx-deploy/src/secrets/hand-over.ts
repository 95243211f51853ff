import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { directoryInMemory } from './in-memory';

/**
 * Takes an identity out of an environment that is handed to every program of a run, builds and their packages too. In
 * its place the environment names a file in memory, which has no name of its own and is gone with this process.
 * Where there is no such place the environment stays as it is, and preflight says so.
 */
export const handOverIdentity = (environment: NodeJS.ProcessEnv): void => {
  const identity = environment['AGE_IDENTITY'];
  const file = identity ? namelessFile(identity, directoryInMemory(environment)) : undefined;
  if (file === undefined) return;
  environment['AGE_IDENTITY'] = '';
  environment['AGE_IDENTITY_FILE'] = file;
};

const namelessFile = (text: string, memory: string | undefined): string | undefined => {
  if (memory === undefined) return undefined;
  const path = join(memory, `polydev-${randomBytes(12).toString('hex')}`);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'wx', 0o600);
    unlinkSync(path);
    writeSync(descriptor, text);
    return `/proc/${process.pid}/fd/${descriptor}`;
  } catch {
    if (descriptor !== undefined) closeSync(descriptor);
    return undefined;
  }
};
