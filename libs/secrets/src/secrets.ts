import { secretsFileExists } from '@polydev/errors';
import { encrypt, recipientCheck } from './age';
import { applyChanges, type Change } from './changes';
import { readText, replaceText, secretsFile, type SecretsFile } from './file';
import { fileText } from './file-text';
import { formatHead, recipientText, type Head, type Recipient } from './head';
import { findIdentities, type Env } from './identity/find-identities';
import { openFile, readClosed, type Place } from './open-file';
import { changeRecipients, checkRecipients, refuseUselessRecipients, type RecipientChanges } from './recipients';
import { sealedText, type Secrets } from './sealed';
import { SecretValues } from './secret-values';

/** An environment's encrypted values, and the variables that say where the identity is. */
export interface SecretsPlace extends Place {
  /** `process.env`; read here are AGE_IDENTITY, AGE_IDENTITY_FILE, XDG_CONFIG_HOME and HOME. */
  readonly env: Env;
}

/** What somebody should know about something that worked; sentences for people, without anything secret. */
interface WithNotes {
  readonly notes: readonly string[];
}

const write = async (file: SecretsFile, before: string | undefined, secrets: Secrets): Promise<void> => {
  const armored = await encrypt(sealedText(secrets), secrets.head.recipients);
  replaceText(file, before, fileText(formatHead(secrets.head), armored));
};

/** Whether the environment has encrypted values at all. */
export const hasSecrets = ({ root, environment }: Place): boolean =>
  readText(secretsFile(root, environment)) !== undefined;

/**
 * Names, when each was last set, and recipients, without an identity. Not proven: whoever may write the file may write
 * other names into it, which is noticed as soon as it is decrypted.
 */
export const listNames = (place: Place): Head => readClosed(place).head;

/** Throws IDENTITY_MISSING or IDENTITY_MALFORMED where there is nothing to decrypt with, whatever the file is like. */
export const requireIdentity = async (env: Env): Promise<WithNotes> => {
  const { notes } = await findIdentities(env);
  return { notes };
};

/** Decrypts an environment's values, in memory; with the readable lines that they were encrypted with. */
export const readSecrets = async ({
  env,
  ...place
}: SecretsPlace): Promise<WithNotes & { readonly head: Head; readonly values: SecretValues }> => {
  const { head, values, identities } = await openFile(place, env);
  return { head, values: new SecretValues(values), notes: identities.notes };
};

export interface NewSecrets {
  readonly recipients: readonly Recipient[];
  readonly changes?: readonly Change[] | undefined;
  readonly now: Date;
}

/** Makes an environment's file. It needs no identity. Throws SECRETS_FILE_EXISTS, RECIPIENT_… or SECRET_…; then there is no file. */
export const createSecrets = async (
  { root, environment }: Place,
  { recipients, changes = [], now }: NewSecrets,
): Promise<void> => {
  const file = secretsFile(root, environment);
  if (readText(file) !== undefined) throw secretsFileExists({ file: file.name, environment });
  checkRecipients(recipients, await recipientCheck());
  const head: Head = { environment, recipients, names: [] };
  refuseUselessRecipients(head);
  await write(file, undefined, applyChanges({ head, values: new Map() }, changes, now));
};

/**
 * Adds, edits and removes values: all of the changes or none. Where nothing is another after them, nothing is written.
 * Throws SECRET_…, SECRETS_CHANGED_MEANWHILE and what reading throws.
 */
export const changeSecrets = async (
  { env, ...place }: SecretsPlace,
  changes: readonly Change[],
  now: Date,
): Promise<WithNotes & { readonly changed: boolean }> => {
  const { file, text, identities, ...before } = await openFile(place, env);
  const secrets: Secrets = before;
  const after = applyChanges(secrets, changes, now);
  if (after !== secrets) await write(file, text, after);
  return { changed: after !== secrets, notes: identities.notes };
};

const notesOf = (head: Head, removed: readonly Recipient[]): readonly string[] =>
  removed.length === 0
    ? []
    : [
        `${removed.map(recipientText).join(', ')} can decrypt nothing that is written from here on, but still everything in ` +
          `earlier commits: change the values themselves where they come from (${head.names.map(({ name }) => name).join(', ') || 'there are none'}).`,
      ];

/**
 * Adds and removes recipients, and encrypts everything anew under a new key. A removed one can still read what is in
 * git's history: `removed` and the notes say so, and the values have to be changed at their source.
 */
export const rotateRecipients = async (
  { env, ...place }: SecretsPlace,
  changes: RecipientChanges,
): Promise<WithNotes & { readonly removed: readonly Recipient[] }> => {
  const { file, text, head, values, identities } = await openFile(place, env);
  checkRecipients(changes.add ?? [], await recipientCheck());
  const after = changeRecipients(head, changes);
  await write(file, text, { head: after.head, values });
  const ownStays = after.head.recipients.some(({ key }) => identities.keys.has(key));
  const lost = ownStays ? [] : [`The identity in ${identities.from} is no recipient any more.`];
  return { removed: after.removed, notes: [...identities.notes, ...notesOf(head, after.removed), ...lost] };
};
