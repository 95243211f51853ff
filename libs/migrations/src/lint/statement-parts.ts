import type { Statement } from '../files';

type Tokens = Statement['tokens'];

/** Words and symbols as they are compared: a quoted name or a string is never taken for a keyword. */
export const wordsOf = (tokens: Tokens): readonly string[] => tokens.map(wordOf);

const wordOf = ({ kind, text }: Tokens[number]): string => (kind === 'word' || kind === 'symbol' ? text : '');

/** Whether the tokens begin with these words. */
export const begins = (tokens: Tokens, words: string): boolean =>
  words.split(' ').every((word, at) => {
    const token = tokens[at];
    return token !== undefined && wordOf(token) === word;
  });

/** Without the words in front that may or may not be there. */
export const without = (tokens: Tokens, ...optional: readonly string[]): Tokens => {
  const found = optional.find((words) => begins(tokens, words));
  return found === undefined ? tokens : without(tokens.slice(found.split(' ').length), ...optional);
};

/** A name as a statement spells it; without a schema where it says none. */
export interface Name {
  readonly schema: string | undefined;
  readonly name: string;
}

/** The name that the tokens begin with, and what follows it. */
export const nameAt = (tokens: Tokens): { readonly name: Name; readonly rest: Tokens } => {
  const parts = [tokens[0]?.text ?? ''];
  let end = 1;
  for (; isSymbol(tokens[end], '.'); end += 2) parts.push(tokens[end + 1]?.text ?? '');
  return { name: { schema: parts.at(-2), name: parts.at(-1) ?? '' }, rest: tokens.slice(end) };
};

/** With its schema: `public.deployments`. A name without one is taken for one in `public`. */
export const fullName = ({ schema = 'public', name }: Name): string => `${schema}.${name}`;

const isSymbol = (token: Tokens[number] | undefined, text: string): boolean =>
  token?.kind === 'symbol' && token.text === text;

/** By how much a token opens or closes a parenthesis. */
export const deeper = ({ kind, text }: Tokens[number]): number =>
  kind !== 'symbol' ? 0 : '(['.includes(text) ? 1 : ')]'.includes(text) ? -1 : 0;

/** The tokens that stand in no parenthesis of their own, up to the one that closes a parenthesis around them. */
export const outermost = (tokens: Tokens): Tokens => {
  let depth = 0;
  const ends = tokens.map((token) => (depth += deeper(token)));
  const end = ends.findIndex((at) => at < 0);
  return tokens.slice(0, end < 0 ? undefined : end).filter((token, at) => ends[at] === 0 && deeper(token) === 0);
};

/** The pieces between commas that stand in no parenthesis. */
export const splitAtCommas = (tokens: Tokens): readonly Tokens[] => {
  const pieces: Tokens[number][][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += deeper(token);
    if (depth === 0 && isSymbol(token, ',')) pieces.push([]);
    else pieces.at(-1)?.push(token);
  }
  return pieces.filter(({ length }) => length > 0);
};
