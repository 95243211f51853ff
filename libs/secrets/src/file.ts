import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import {
  isOpsError,
  secretsBeingWritten,
  secretsChangedMeanwhile,
  secretsFileUnreadable,
  secretsNotWritten,
} from '@polydev/errors';

/** Greater than any file of environment variables that a program could be started with. */
const LARGEST = 8 * 1024 * 1024;

/** A file of encrypted values: its name for people, and where it is. */
export interface SecretsFile {
  readonly name: string;
  readonly path: string;
}

/** The environment's file, in the workspace's root. */
export const secretsFile = (root: string, environment: string): SecretsFile => {
  // The manifest has refused such a name long before.
  if (!/^[A-Za-z0-9][\w-]*$/.test(environment)) throw new Error('Not the name of an environment.');
  const name = `.env.${environment}.age`;
  return { name, path: join(root, name) };
};

/** A failed system call, such as `EACCES: permission denied`; undefined for any other error. */
export const systemFailure = (error: unknown): { readonly code: string; readonly reason: string } | undefined => {
  if (!isNativeError(error) || isOpsError(error) || !('code' in error) || typeof error.code !== 'string')
    return undefined;
  return { code: error.code, reason: error.message.split(', ')[0] ?? error.code };
};

const readSized = ({ path, name }: SecretsFile): string => {
  const stat = statSync(path);
  if (!stat.isFile()) throw secretsFileUnreadable({ file: name, reason: 'it is not a file' });
  if (stat.size > LARGEST) throw secretsFileUnreadable({ file: name, reason: 'it is larger than 8 MiB' });
  return readFileSync(path, 'utf8');
};

/** What the file holds; undefined where there is none. Throws SECRETS_FILE_UNREADABLE. */
export const readText = (file: SecretsFile): string | undefined => {
  try {
    return readSized(file);
  } catch (error) {
    const failure = systemFailure(error);
    if (failure === undefined) throw error;
    if (failure.code === 'ENOENT') return undefined;
    throw secretsFileUnreadable({ file: file.name, reason: failure.reason, cause: error });
  }
};

const writeWhole = (descriptor: number, text: string): void => {
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Puts the text in the place of the file, by rename, if that still holds `before` (undefined = there is none). As git
 * does with its index, the new file's name is the lock: who creates it may compare and rename, everybody else is refused.
 * Throws SECRETS_CHANGED_MEANWHILE, SECRETS_BEING_WRITTEN or SECRETS_NOT_WRITTEN; then the file is as it was.
 */
export const replaceText = (file: SecretsFile, before: string | undefined, text: string): void => {
  const lock = `${file.path}.new`;
  const descriptor = lockedBy(file, lock);
  try {
    writeWhole(descriptor, text);
    if (readText(file) !== before) throw secretsChangedMeanwhile({ file: file.name });
    renameSync(lock, file.path);
  } catch (error) {
    rmSync(lock, { force: true });
    throw explained(file, error);
  }
};

const explained = ({ name }: SecretsFile, error: unknown): unknown => {
  const failure = systemFailure(error);
  return failure === undefined ? error : secretsNotWritten({ file: name, reason: failure.reason, cause: error });
};

const lockedBy = (file: SecretsFile, lock: string): number => {
  try {
    return openSync(lock, 'wx', 0o644);
  } catch (error) {
    if (systemFailure(error)?.code === 'EEXIST')
      throw secretsBeingWritten({ file: file.name, lock: `${file.name}.new` });
    throw explained(file, error);
  }
};
