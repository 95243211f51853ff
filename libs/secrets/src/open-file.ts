import { secretsFileMissing, secretsMalformed, secretsTampered, secretsWrongRecipient } from '@polydev/errors';
import { decrypt } from './age';
import { readText, secretsFile, type SecretsFile } from './file';
import { MergeConflict, parseFile, type ReadablePart } from './file-text';
import { HeadProblem, recipientText } from './head';
import { findIdentities, type Env, type Identities } from './identity/find-identities';
import { openedText, type Secrets } from './sealed';

/** Which environment's values, in which workspace. */
export interface Place {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Name of an environment, checked by the manifest. */
  readonly environment: string;
}

export interface Closed extends ReadablePart {
  readonly file: SecretsFile;
  /** All of the file. */
  readonly text: string;
  readonly armored: string;
}

export interface OpenFile extends Secrets {
  readonly file: SecretsFile;
  readonly text: string;
  readonly identities: Identities;
}

const parts = (file: SecretsFile, text: string): ReturnType<typeof parseFile> => {
  try {
    return parseFile(text);
  } catch (error) {
    if (!(error instanceof HeadProblem)) throw error;
    const { line, reason } = error;
    throw secretsMalformed({ file: file.name, line, reason, conflict: error instanceof MergeConflict });
  }
};

/** Reads the file without decrypting. Throws SECRETS_FILE_MISSING, SECRETS_FILE_UNREADABLE, SECRETS_MALFORMED or SECRETS_TAMPERED. */
export const readClosed = ({ root, environment }: Place): Closed => {
  const file = secretsFile(root, environment);
  const text = readText(file);
  if (text === undefined) throw secretsFileMissing({ file: file.name, environment });
  const found = parts(file, text);
  if (found.head.environment !== environment)
    throw secretsTampered({
      file: file.name,
      reason: `it holds the values of the environment ${found.head.environment}`,
    });
  return { file, text, ...found };
};

/** Why it cannot be decrypted: whoever stands in the list should be able to. */
const notDecrypted = ({ file, head }: Closed, { keys, from }: Identities) =>
  head.recipients.some(({ key }) => keys.has(key))
    ? secretsTampered({ file: file.name, reason: 'its encrypted part is not as it was written' })
    : secretsWrongRecipient({
        file: file.name,
        environment: head.environment,
        from,
        own: keys.names,
        recipients: head.recipients.map(recipientText),
      });

/** Reads and decrypts the file, in memory. Throws as {@link readClosed} and `findIdentities` do, SECRETS_WRONG_RECIPIENT or SECRETS_TAMPERED. */
export const openFile = async (place: Place, env: Env): Promise<OpenFile> => {
  const closed = readClosed(place);
  const identities = await findIdentities(env);
  const secretKeys = identities.keys.revealAll().map(([, key]) => key);
  const plain = await decrypt(closed.armored, secretKeys);
  if (plain === undefined) throw notDecrypted(closed, identities);
  const opened = openedText(plain, closed);
  if (opened.kind === 'unfit') throw secretsTampered({ file: closed.file.name, reason: opened.reason });
  return { file: closed.file, text: closed.text, head: closed.head, values: opened.values, identities };
};
