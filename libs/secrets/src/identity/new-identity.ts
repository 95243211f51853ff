import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identityFileExists, identityNotWritten } from '@polydev/errors';
import { generateKey, publicKeyOf } from '../age';
import { systemFailure } from '../file';
import { defaultIdentityFile, identityPath, type Env } from './find-identities';

export interface NewIdentity {
  readonly file: string;
  /** The public key, to be made a recipient. */
  readonly recipient: string;
}

const orExplained = (path: string, doing: () => void, taken = false): void => {
  try {
    doing();
  } catch (error) {
    const failure = systemFailure(error);
    if (failure === undefined) throw error;
    if (taken && failure.code === 'EEXIST') throw identityFileExists({ file: path });
    throw identityNotWritten({ file: path, reason: failure.reason, cause: error });
  }
};

const keep = (path: string, text: string): void => {
  orExplained(path, () => void mkdirSync(dirname(path), { recursive: true, mode: 0o700 }));
  orExplained(path, () => writeFileSync(path, text, { flag: 'wx', mode: 0o600 }), true);
};

/**
 * Makes an identity, and keeps it in a file that only its owner may read: the one named, else that of
 * `AGE_IDENTITY_FILE`, else the default. The secret key is in that file and nowhere else.
 * Throws IDENTITY_FILE_EXISTS (a file is never written over) or IDENTITY_NOT_WRITTEN.
 */
export const newIdentity = async ({ env, file }: { env: Env; file?: string | undefined }): Promise<NewIdentity> => {
  const named = file || env['AGE_IDENTITY_FILE'];
  const path = named ? identityPath(env, named) : defaultIdentityFile(env);
  const key = await generateKey();
  const recipient = await publicKeyOf(key);
  if (recipient === undefined) throw new Error('A fresh identity has no public key.');
  keep(path, `# public key: ${recipient}\n${key}\n`);
  return { file: path, recipient };
};
