import { isVariableName } from './variable';

/** Somebody who can decrypt the file. */
export interface Recipient {
  /** Public key: `age1…`. */
  readonly key: string;
  /** Whose it is, in a few words; may be empty. */
  readonly label: string;
}

export interface SecretName {
  readonly name: string;
  /** When its value was last set, ISO 8601 in UTC and whole seconds: so that a diff shows which value is another. */
  readonly setAt: string;
}

/** What everybody may read of a file of encrypted values. */
export interface Head {
  readonly environment: string;
  readonly recipients: readonly Recipient[];
  /** Sorted by name. */
  readonly names: readonly SecretName[];
}

/** A line of the file that is not what it should be. `reason` is a clause and repeats nothing of it. */
export class HeadProblem extends Error {
  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

const FIRST_LINE = 'polydev-secrets 1';
const EXPLANATION = [
  '# Encrypted environment variables. Names and recipients can be read by everybody, values by the recipients.',
  '# Changed only by its commands: a line that is changed by hand is noticed.',
];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Labels stand at the end of a line, and are shown to people: one line that is read as it is written. */
export const isLabel = (label: string): boolean =>
  label === label.trim() && label.length <= 100 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(label);

export const isRecipientKey = (key: string): boolean => /^age1[a-z0-9]{40,3000}$/.test(key);

/** How a recipient is shown to people. */
export const recipientText = ({ key, label }: Recipient): string => (label === '' ? key : `${key} ${label}`);

/** The readable part of the file, each line ended. Pure. */
export const formatHead = ({ environment, recipients, names }: Head): string =>
  [
    FIRST_LINE,
    ...EXPLANATION,
    `environment ${environment}`,
    ...recipients.map((one) => `recipient ${recipientText(one)}`),
    ...names.map(({ name, setAt }) => `name ${name} ${setAt}`),
  ]
    .map((line) => `${line}\n`)
    .join('');

const split = (text: string): readonly [first: string, rest: string] => {
  const at = text.indexOf(' ');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

interface Found {
  environment?: string;
  readonly recipients: Recipient[];
  readonly names: SecretName[];
}

/** Takes one line in; answers with what is wrong with it. */
const take = (found: Found, line: string): string | undefined => {
  const [word, rest] = split(line);
  const [first, second] = split(rest);
  switch (word) {
    case 'environment':
      if (found.environment !== undefined) return 'names an environment for the second time';
      if (!/^[A-Za-z0-9][\w-]{0,99}$/.test(rest)) return 'should name an environment';
      found.environment = rest;
      return undefined;
    case 'recipient':
      if (!isRecipientKey(first) || !isLabel(second)) return 'should be a public key, `age1…`, and whose it is';
      found.recipients.push({ key: first, label: second });
      return undefined;
    case 'name':
      if (!isVariableName(first) || !TIME.test(second)) return 'should be a name and when its value was set';
      found.names.push({ name: first, setAt: second });
      return undefined;
    default:
      return 'is none of `environment`, `recipient` and `name`';
  }
};

const firstLineReason = (line: string): string =>
  /^polydev-secrets \d+$/.test(line)
    ? 'it was written by a newer version of this program'
    : `its first line should be \`${FIRST_LINE}\``;

/** Reads the readable part. Throws {@link HeadProblem}. Pure. */
export const parseHead = (text: string): Head => {
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines[0] !== FIRST_LINE) throw new HeadProblem(1, firstLineReason(lines[0] ?? ''));
  const found: Found = { recipients: [], names: [] };
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.startsWith('#')) continue;
    const problem = take(found, line);
    if (problem !== undefined) throw new HeadProblem(index + 1, `the line ${problem}`);
  }
  const { environment, ...rest } = found;
  if (environment === undefined) throw new HeadProblem(lines.length, 'the line that names the environment is missing');
  if (new Set(rest.names.map(({ name }) => name)).size < rest.names.length)
    throw new HeadProblem(lines.length, 'a name stands in it twice');
  return { environment, ...rest };
};
