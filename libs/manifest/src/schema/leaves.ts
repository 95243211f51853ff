import { z } from 'zod';
import { didYouMean } from '../nearest';

/** What a reader of the reference sees of a key besides its type. */
interface Meta {
  readonly description: string;
  /** Filled in where the key is left out. */
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
}

/** A key that may be left out. */
export const optional = <T extends z.ZodType>(schema: T, meta: Meta) => schema.optional().meta({ ...meta });

/** A key that may be left out, or be taken away from what stands below it by writing `null`. */
export const removable = <T extends z.ZodType>(schema: T, meta: Meta) =>
  schema
    .nullable()
    .optional()
    .meta({ ...meta });

export const required = <T extends z.ZodType>(schema: T, meta: Meta) => schema.meta({ ...meta });

/** A value that must not be repeated in a message: it may hold a password. */
export const withheld = (message: string) => ({ code: 'custom' as const, message, params: { withheld: true } });

/** A schema that says in its error and in the reference, with the same words, what it expects. */
const orError = (expects: string) => ({ error: `should be ${expects}` });

/** Text that is not empty and holds no NUL, which no program can be given. */
export const text = (expects = 'text') =>
  z
    .string(orError(expects))
    .refine((value) => value !== '' && !value.includes('\0'), orError(expects))
    .meta({ expects });

export const choice = <const T extends readonly [string, ...string[]]>(values: T) => {
  const expects = `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
  return z.enum(values, orError(expects)).meta({ expects });
};

export const whole = (least: number, most: number) => {
  const expects = `a whole number from ${least} to ${most}`;
  return z.int(orError(expects)).min(least, orError(expects)).max(most, orError(expects)).meta({ expects });
};

export const flag = () => z.boolean(orError('true or false')).meta({ expects: 'true or false' });

export const list = <T extends z.ZodType>(item: T, of: string) =>
  z.array(item, orError(`a list of ${of}`)).meta({ expects: `a list of ${of}` });

/** A command line, or one of the given words; a word that is nearly one of them is taken for a slip. */
export const commandOr = (words: readonly string[]) => {
  const message = `should be ${words.join(', ')} or a command`;
  return text(message.slice('should be '.length)).superRefine((value, context) => {
    const slip = !words.includes(value) && didYouMean(value, words) !== '';
    if (slip) context.addIssue({ code: 'custom', message, params: { words } });
  });
};

const webAddress = /^https?:$/;

/** An http or https address without user and password. */
export const webUrl = () =>
  text('an http or https address').superRefine((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !webAddress.test(url.protocol)) {
      context.addIssue(
        value.includes('@')
          ? withheld('should be an http or https address')
          : { code: 'custom', message: 'should be an http or https address' },
      );
    } else if (url.username !== '' || url.password !== '') {
      context.addIssue(withheld('should carry neither user nor password: it is shown and recorded'));
    }
  });
