import { OpsError } from '../ops-error';
import { printableName } from '../printable-name';

export const SECRETS_CODES = [
  'SECRETS_FILE_MISSING',
  'SECRETS_FILE_EXISTS',
  'SECRETS_FILE_UNREADABLE',
  'SECRETS_MALFORMED',
  'SECRETS_TAMPERED',
  'SECRETS_WRONG_RECIPIENT',
  'SECRETS_INCOMPLETE',
  'SECRETS_NOT_DECRYPTED',
  'SECRETS_CHANGED_MEANWHILE',
  'SECRETS_BEING_WRITTEN',
  'SECRETS_NOT_WRITTEN',
  'SECRET_NAME_INVALID',
  'SECRET_VALUE_INVALID',
  'SECRET_EDITOR_REFUSED',
  'SECRET_EXISTS',
  'SECRET_UNKNOWN',
  'RECIPIENT_MALFORMED',
  'RECIPIENT_EXISTS',
  'RECIPIENT_UNKNOWN',
  'RECIPIENTS_EMPTY',
  'IDENTITY_MISSING',
  'IDENTITY_MALFORMED',
  'IDENTITY_FILE_EXISTS',
  'IDENTITY_NOT_WRITTEN',
] as const;

/** The command that a hint names. A value is never part of it: values are asked for, or come from standard input. */
const command = (words: string, environment?: string) =>
  `\`npm run secrets -- ${words}${environment === undefined ? '' : ` -c ${environment}`}\``;

const listed = (names: readonly string[]) => (names.length === 0 ? 'none' : names.map(printableName).join(', '));

interface InFile {
  /** Path of the file, as the user would type it. */
  readonly file: string;
}
interface InEnvironment {
  readonly environment: string;
}

/** The environment has no encrypted file. */
export const secretsFileMissing = (facts: InFile & InEnvironment) =>
  new OpsError(
    'SECRETS_FILE_MISSING',
    `${facts.environment} has no encrypted values: there is no ${facts.file}. Nothing was changed.`,
    `Make it with the public keys of those who may read it: ${command('create --recipient=age1…', facts.environment)}.`,
  );

/** A file was to be made, and there is one. */
export const secretsFileExists = (facts: InFile & InEnvironment) =>
  new OpsError(
    'SECRETS_FILE_EXISTS',
    `${facts.file} is there already. It was left as it is.`,
    `See what it holds: ${command('list', facts.environment)}; add to it: ${command('add NAME', facts.environment)}.`,
  );

/** The file cannot be read; `reason` is a clause. */
export const secretsFileUnreadable = (facts: InFile & { reason: string; cause?: unknown }) =>
  new OpsError(
    'SECRETS_FILE_UNREADABLE',
    `${facts.file} cannot be read: ${facts.reason}. Nothing was changed.`,
    'Mend what the message names, or take the committed file back: `git restore -- ' + facts.file + '`.',
    { cause: facts.cause },
  );

/** The file is not what we write. `reason` is a clause and repeats nothing of the file; `line` is of the file. */
export const secretsMalformed = (facts: InFile & { line?: number | undefined; reason: string; conflict?: boolean }) =>
  new OpsError(
    'SECRETS_MALFORMED',
    `${facts.file}${facts.line === undefined ? '' : `:${facts.line}`} is not a file of encrypted values: ${facts.reason}. Nothing was changed.`,
    facts.conflict
      ? `Encrypted values cannot be merged line by line: take one side (\`git checkout --ours -- ${facts.file}\`), and make the other side's changes again.`
      : `Take the committed file back: \`git restore -- ${facts.file}\`. It is changed only by its commands: ${command('--help')}.`,
  );

/** The file's parts do not belong together; `reason` is a clause. */
export const secretsTampered = (facts: InFile & { reason: string }) =>
  new OpsError(
    'SECRETS_TAMPERED',
    `${facts.file} was changed since it was written: ${facts.reason}. None of its values was used, and nothing was changed.`,
    `Find out who changed it: \`git log -p -- ${facts.file}\`. Then take the last good one back: \`git restore --source=<commit> -- ${facts.file}\`.`,
  );

/** None of the identities at hand opens the file. Keys named here are public ones. */
export const secretsWrongRecipient = (
  facts: InFile & InEnvironment & { from: string; own: readonly string[]; recipients: readonly string[] },
) =>
  new OpsError(
    'SECRETS_WRONG_RECIPIENT',
    `${facts.file} is not encrypted for the identity in ${printableName(facts.from)} (${listed(facts.own)}), but for:` +
      facts.recipients.map((one) => `\n  ${printableName(one)}`).join('') +
      '\nNothing was changed.',
    `Use the right identity (AGE_IDENTITY_FILE names its file), or have a recipient add yours: ${command(`rotate --add=${facts.own[0] ?? 'age1…'}`, facts.environment)}.`,
  );

/** The manifest names values for a target that the file has not. */
export const secretsIncomplete = (facts: InFile & InEnvironment & { target: string; missing: readonly string[] }) =>
  new OpsError(
    'SECRETS_INCOMPLETE',
    `${facts.target} is to be given ${listed(facts.missing)}, and ${facts.file} has no value for ${facts.missing.length === 1 ? 'it' : 'them'}. Nothing was changed.`,
    `Add ${facts.missing.length === 1 ? 'it' : 'each'}: ${facts.missing.map((name) => command(`add ${name}`, facts.environment)).join(', ')}; or leave it out of \`secrets\` of ${facts.target} in the manifest.`,
  );

/** A target is to be given values, and whoever deploys it has not decrypted them. */
export const secretsNotDecrypted = (facts: InEnvironment & { target: string; missing: readonly string[] }) =>
  new OpsError(
    'SECRETS_NOT_DECRYPTED',
    `${facts.target} is to be given ${listed(facts.missing)}, and the values of ${facts.environment} were not decrypted. Nothing was touched.`,
    `Deploy it by its task, which decrypts them: \`npx nx run ${facts.target}:deploy -c ${facts.environment}\`.`,
  );

/** Somebody else wrote the file between our reading and our writing it. */
export const secretsChangedMeanwhile = (facts: InFile) =>
  new OpsError(
    'SECRETS_CHANGED_MEANWHILE',
    `${facts.file} was changed by somebody else while this change was made. Theirs stands; nothing of this one was written.`,
    'Run the same command again: it starts from the file as it is now.',
  );

/** Another writer holds the file, or died while it did. */
export const secretsBeingWritten = (facts: InFile & { lock: string }) =>
  new OpsError(
    'SECRETS_BEING_WRITTEN',
    `${facts.file} is being written by another command, or one died while it wrote: ${facts.lock} is there. Nothing was changed.`,
    `Run the same command again. If no other is running: \`rm -- ${facts.lock}\`; it holds nothing readable.`,
  );

/** The new file could not be written; the old one is whole. */
export const secretsNotWritten = (facts: InFile & { reason: string; cause: unknown }) =>
  new OpsError(
    'SECRETS_NOT_WRITTEN',
    `${facts.file} could not be written: ${facts.reason}. It is as it was.`,
    'Mend what the message names (rights, space), and run the same command again.',
    { cause: facts.cause },
  );

/** What was given as a name is none. It is not repeated: it may be a value that was typed in the wrong place. */
export const secretNameInvalid = () =>
  new OpsError(
    'SECRET_NAME_INVALID',
    'What was given as a name is not the name of an environment variable: letters, digits and `_`, not beginning with a digit, at most 200. Nothing was changed.',
    `Write the name alone, for instance ${command('add DATABASE_URL')}; the value is asked for, or comes from standard input.`,
  );

/** The value cannot be one of an environment variable; `reason` is a clause that repeats nothing of it. */
export const secretValueInvalid = (facts: { name: string; reason: string }) =>
  new OpsError(
    'SECRET_VALUE_INVALID',
    `The value given for ${facts.name} ${facts.reason}. Nothing was changed.`,
    'Give it as text on standard input; what is not text can be given in Base64.',
  );

/** A value is not opened in an editor, or what the editor did is not taken; `reason` is a clause. */
export const secretEditorRefused = (facts: InEnvironment & { name: string; reason: string }) =>
  new OpsError(
    'SECRET_EDITOR_REFUSED',
    `The value of ${facts.name} was not changed with an editor: ${facts.reason}. Nothing was changed.`,
    `Type the new value in, or give it on standard input: ${command(`edit ${facts.name}`, facts.environment)}.`,
  );

/** A name was to be added that is there. */
export const secretExists = (facts: InEnvironment & { name: string }) =>
  new OpsError(
    'SECRET_EXISTS',
    `${facts.environment} has a value for ${facts.name} already. Nothing was changed.`,
    `Give it another value: ${command(`edit ${facts.name}`, facts.environment)}.`,
  );

/** A name was to be changed or removed that is not there. */
export const secretUnknown = (facts: InEnvironment & { name: string; names: readonly string[] }) =>
  new OpsError(
    'SECRET_UNKNOWN',
    `${facts.environment} has no value for ${facts.name}; it has ${listed(facts.names)}. Nothing was changed.`,
    `Add it: ${command(`add ${facts.name}`, facts.environment)}; see all names: ${command('list', facts.environment)}.`,
  );

/** A recipient is none. What was given is not repeated: it may be a secret key. */
export const recipientMalformed = (facts: { position: number; secretKey: boolean; reason: string }) =>
  new OpsError(
    'RECIPIENT_MALFORMED',
    `Recipient ${facts.position} ${facts.reason}. Nothing was changed.`,
    facts.secretKey
      ? 'A recipient is the public key (`age1…`), which `age-keygen -y <identity file>` prints. The secret key stood on a command line: take it for known, and make a new one.'
      : 'A recipient is one public key, `age1…`, and a few words that say whose it is; `age-keygen -y <identity file>` prints it.',
  );

/** A recipient was to be added that is there. */
export const recipientExists = (facts: InEnvironment & { recipient: string }) =>
  new OpsError(
    'RECIPIENT_EXISTS',
    `${printableName(facts.recipient)} is a recipient of ${facts.environment} already, or was given twice. Nothing was changed.`,
    `See who is: ${command('list', facts.environment)}.`,
  );

/** A recipient was to be removed that is none, or a name fits several. */
export const recipientUnknown = (facts: InEnvironment & { fits: number; recipients: readonly string[] }) =>
  new OpsError(
    'RECIPIENT_UNKNOWN',
    `${facts.fits === 0 ? 'No recipient' : `Each of ${facts.fits} recipients`} of ${facts.environment} is what was to be removed. Recipients are:` +
      facts.recipients.map((one) => `\n  ${printableName(one)}`).join('') +
      '\nNothing was changed.',
    `Name one by its public key: ${command('rotate --remove=age1…', facts.environment)}.`,
  );

/** Nobody could read the file. */
export const recipientsEmpty = (facts: InEnvironment) =>
  new OpsError(
    'RECIPIENTS_EMPTY',
    `Nobody could read the values of ${facts.environment}: it would have no recipient. Nothing was changed.`,
    `Name at least one; to put another in the place of the last: ${command('rotate --add=age1… --remove=age1…', facts.environment)}.`,
  );

/** There is no identity to decrypt with; `looked` are the places. */
export const identityMissing = (facts: { looked: readonly string[] }) =>
  new OpsError(
    'IDENTITY_MISSING',
    `There is no age identity to decrypt with; looked in ${listed(facts.looked)}. Nothing was changed.`,
    `Let AGE_IDENTITY_FILE name the file of yours, or make one (${command('new-identity')}) and have its public key added by a recipient.`,
  );

/** An identity is none. Nothing of it is repeated; `reason` is a clause. */
export const identityMalformed = (facts: { from: string; line?: number | undefined; reason: string }) =>
  new OpsError(
    'IDENTITY_MALFORMED',
    `${printableName(facts.from)}${facts.line === undefined ? '' : `, line ${facts.line},`} cannot be used as age identity: ${facts.reason}. Nothing was changed.`,
    `An identity file has one \`AGE-SECRET-KEY-1…\` a line, and comments that begin with \`#\`; ${command('new-identity')} and \`age-keygen\` write such files.`,
  );

/** A new identity never takes the place of another: what was encrypted for that one would be lost. */
export const identityFileExists = (facts: InFile) =>
  new OpsError(
    'IDENTITY_FILE_EXISTS',
    `${printableName(facts.file)} is there already, and what is encrypted for it could not be read without it. It was left as it is.`,
    `Print its public key: \`age-keygen -y ${printableName(facts.file)}\`; or make the new one elsewhere: ${command('new-identity --file=<path>')}.`,
  );

/** The new identity could not be kept, so it is gone; nothing was encrypted for it. */
export const identityNotWritten = (facts: InFile & { reason: string; cause: unknown }) =>
  new OpsError(
    'IDENTITY_NOT_WRITTEN',
    `${printableName(facts.file)} could not be written: ${facts.reason}. No identity was made.`,
    `Mend what the message names, or choose another place: ${command('new-identity --file=<path>')}.`,
    { cause: facts.cause },
  );
