import type { Report } from '@polydev/reporting';
import {
  type Change,
  changeSecrets,
  createSecrets,
  listNames,
  newIdentity,
  type Recipient,
  rotateRecipients,
  type SecretsPlace,
} from '@polydev/secrets';
import { askValue } from './ask-value';
import { editedValue } from './edit-value';

/** Options of all verbs, as they were typed. */
export interface VerbOptions {
  readonly recipient?: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly file?: string;
  readonly editor?: boolean;
}

export interface VerbInput {
  readonly place: SecretsPlace;
  /** Name of a variable; empty where the verb takes none. */
  readonly name: string;
  readonly options: VerbOptions;
  readonly report: Report;
}

interface Verb {
  /** Whether it is about an environment's file. */
  readonly inEnvironment: boolean;
  readonly takesName: boolean;
  readonly takes: readonly (keyof VerbOptions)[];
  readonly run: (input: VerbInput) => Promise<void>;
}

/** `age1… Ada`: a public key, and whose it is. */
const recipientOf = (typed: string): Recipient => {
  const [key = '', ...label] = typed.trim().split(/\s+/);
  return { key, label: label.join(' ') };
};

const fileOf = ({ environment }: SecretsPlace): string => `.env.${environment}.age`;

const say = (report: Report, text: string): void => report({ kind: 'outcome', ok: true, text });

const warn = (report: Report, notes: readonly string[]): void =>
  notes.forEach((text) => report({ kind: 'warning', text }));

const create = async ({ place, options, report }: VerbInput): Promise<void> => {
  const recipients = (options.recipient ?? []).map(recipientOf);
  await createSecrets(place, { recipients, now: new Date() });
  say(report, `${fileOf(place)} was made, for ${recipients.length} to read; commit it`);
};

const list = ({ place, report }: VerbInput): Promise<void> => {
  const { names, recipients } = listNames(place);
  const rows = names.map(({ name, setAt }) => [name, setAt]);
  report({ kind: 'table', title: `Values of ${place.environment}`, columns: ['name', 'set at'], rows });
  const readers = recipients.map(({ key, label }) => [label, key]);
  report({ kind: 'table', title: 'Who can read them', columns: ['who', 'public key'], rows: readers });
  return Promise.resolve();
};

const change = async ({ place, report }: VerbInput, one: Change): Promise<void> => {
  const { changed, notes } = await changeSecrets(place, [one], new Date());
  warn(report, notes);
  const done = { add: 'was added', edit: 'has another value', remove: 'was removed' }[one.kind];
  if (changed)
    say(report, `${one.name} ${done} in ${fileOf(place)}; commit it, and the next deploy brings it to the hosts`);
  else say(report, `${one.name} has that value already; nothing was changed`);
};

const add = async (input: VerbInput): Promise<void> =>
  change(input, { kind: 'add', name: input.name, value: await askValue(input.name) });

const edit = async (input: VerbInput): Promise<void> => {
  const { name, place, options } = input;
  const value = options.editor ? await editedValue(place, name) : await askValue(name);
  return change(input, { kind: 'edit', name, value });
};

const remove = (input: VerbInput): Promise<void> => change(input, { kind: 'remove', name: input.name });

const rotate = async ({ place, options, report }: VerbInput): Promise<void> => {
  const added = (options.add ?? []).map(recipientOf);
  const { removed, notes } = await rotateRecipients(place, { add: added, remove: options.remove });
  warn(report, notes);
  const facts = `${added.length} added, ${removed.length} removed`;
  say(report, `${fileOf(place)} was encrypted anew, its readers: ${facts}; commit it`);
};

const identity = async ({ place, options, report }: VerbInput): Promise<void> => {
  const { file, recipient } = await newIdentity({ env: place.env, file: options.file });
  say(report, `The secret key is in ${file}, and nowhere else: keep a copy where only you can read it`);
  report({ kind: 'note', text: `Public key: ${recipient}` });
};

/** What can be done with encrypted values. */
export const SECRET_VERBS = {
  create: { inEnvironment: true, takesName: false, takes: ['recipient'], run: create },
  list: { inEnvironment: true, takesName: false, takes: [], run: list },
  add: { inEnvironment: true, takesName: true, takes: [], run: add },
  edit: { inEnvironment: true, takesName: true, takes: ['editor'], run: edit },
  remove: { inEnvironment: true, takesName: true, takes: [], run: remove },
  rotate: { inEnvironment: true, takesName: false, takes: ['add', 'remove'], run: rotate },
  'new-identity': { inEnvironment: false, takesName: false, takes: ['file'], run: identity },
} as const satisfies Record<string, Verb>;

export type SecretVerb = keyof typeof SECRET_VERBS;
