import { optionInvalid } from '@polydev/errors';
import { nearest } from '@polydev/manifest';

/**
 * What an option's value may be. `text` is taken as it was typed: Nx makes a number of whatever looks like one, a SHA
 * of digits for instance. `word` is a flag that may have a value. `inferred` ones come from the manifest and are not for
 * people to type.
 */
export type OptionKind = 'flag' | 'count' | 'text' | 'word' | 'inferred';
export type OptionKinds = Readonly<Record<string, OptionKind>>;

export type Options<Kinds extends OptionKinds> = { readonly [Name in keyof Kinds]?: OptionValues[Kinds[Name]] };

interface OptionValues {
  readonly flag: boolean;
  readonly count: number;
  readonly text: string;
  /** `true` where it has no value. */
  readonly word: string | true;
  readonly inferred: string;
}

/** What Nx adds to the options by itself. */
const FROM_NX = ['__unparsed__', '_', 'verbose'];
const MOST = 1000;

export interface GivenOptions {
  /** `master-controller:status` */
  readonly task: string;
  /** Command that describes the options. */
  readonly help?: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/**
 * Checks the options of a task, which Nx would let through or refuse in its own words; see the schema beside each
 * executor. Throws OPTION_INVALID with everything that is wrong.
 */
export const parseOptions = <Kinds extends OptionKinds>(
  kinds: Kinds,
  { task, help, given }: GivenOptions,
): Options<Kinds> => {
  const names = Object.keys(kinds).filter((name) => kinds[name] !== 'inferred');
  const typed = words(given['__unparsed__']);
  const entries = Object.entries(given).filter(([name]) => !FROM_NX.includes(name));
  const results = entries.map(([given, value]) => {
    const name = dashed(given, kinds);
    const isText = kinds[name] === 'text' || (kinds[name] === 'word' && typeof value === 'number');
    return { name, ...parseOption(name, isText ? asTyped(name, { typed, value }) : value, kinds) };
  });
  const problems = [
    ...words(given['_']).map((word) => `${word}: it takes no arguments without a name`),
    ...results.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  ];
  if (problems.length > 0) {
    const options = names.map((name) => `--${name}`);
    throw optionInvalid({ task, problems, options, ...(help === undefined ? {} : { help }) });
  }
  return Object.fromEntries(results.map(({ name, value }) => [name, value])) as Options<Kinds>;
};

type Parsed = { readonly value?: unknown; readonly problem?: string };

const parseOption = (name: string, value: unknown, kinds: OptionKinds): Parsed => {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  const typed = `--${name}${typeof value === 'boolean' ? '' : `=${shown(value)}`}`;
  switch (kind) {
    case undefined: {
      const near = nearest(
        name,
        Object.keys(kinds).filter((known) => kinds[known] !== 'inferred'),
      );
      return {
        problem: `--${name}: there is no such option${near === undefined ? '' : `; did you mean \`--${near}\`?`}`,
      };
    }
    case 'flag':
      return isFlag(value) ? { value: String(value) === 'true' } : { problem: `${typed}: should be true or false` };
    case 'count':
      return isCount(value)
        ? { value: Number(value) }
        : { problem: `${typed}: should be a whole number from 1 to ${MOST}` };
    case 'text':
      return typeof value === 'string' && value.trim() !== ''
        ? { value }
        : { problem: `--${name}: should be given once, with a value` };
    case 'word':
      if (String(value) === 'true') return { value: true };
      return typeof value === 'string' && value.trim() !== ''
        ? { value }
        : { problem: `--${name}: should be given once, with a value or without` };
    case 'inferred':
      return typeof value === 'string' ? { value } : { problem: `${typed}: should be given once, as text` };
  }
};

/** `dryRun`, as Nx may pass `--dry-run`, is the option `dry-run`. */
const dashed = (name: string, kinds: OptionKinds): string => {
  const withDashes = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.hasOwn(kinds, withDashes) ? withDashes : name;
};

/** An option's value before Nx made a number of it: from `--name=value` or `--name value`; given twice it is no text. */
const asTyped = (
  name: string,
  { typed, value }: { readonly typed: readonly string[]; readonly value: unknown },
): unknown => {
  const found = typed.flatMap((word, index) => {
    if (word.startsWith(`--${name}=`)) return [word.slice(name.length + 3)];
    return word === `--${name}` ? [typed[index + 1] ?? ''] : [];
  });
  if (found.length > 1) return found;
  return found[0] ?? (typeof value === 'number' ? String(value) : value);
};

const isFlag = (value: unknown): boolean => ['true', 'false'].includes(String(value));

/** Nx turns `12` into a number before we see it, and leaves `12x` as it is. */
const isCount = (value: unknown): boolean =>
  (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))) &&
  Number.isInteger(Number(value)) &&
  Number(value) >= 1 &&
  Number(value) <= MOST;

const words = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(shown) : []);
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
