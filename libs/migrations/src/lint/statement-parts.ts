import type { Statement } from '../files';

type Tokens = Statement['tokens'];

/** Words and symbols as they are compared: a quoted name or a string is never taken for a keyword. */
export const wordsOf = (tokens: Tokens): readonly string[] =>
  tokens.map(({ kind, text }) => (kind === 'word' || kind === 'symbol' ? text : ''));

/** Whether the tokens begin with these words. */
export const begins = (tokens: Tokens, words: string): boolean =>
  words.split(' ').every((word, at) => wordsOf(tokens)[at] === word);

/** Without the words in front that may or may not be there. */
export const without = (tokens: Tokens, ...optional: readonly string[]): Tokens => {
  const found = optional.find((words) => begins(tokens, words));
  return found === undefined ? tokens : without(tokens.slice(found.split(' ').length), ...optional);
};

/** The name that the tokens begin with, with its schema, and what follows it. A name without a schema is taken for one in `public`. */
export const nameAt = (tokens: Tokens): { readonly name: string; readonly rest: Tokens } => {
  const qualified = tokens[1]?.text === '.' && tokens[1].kind === 'symbol';
  const parts = qualified ? [tokens[0], tokens[2]] : [tokens[0]];
  const names = parts.map((token) => token?.text ?? '');
  return { name: (qualified ? names : ['public', ...names]).join('.'), rest: tokens.slice(qualified ? 3 : 1) };
};

/** The pieces between commas that stand in no parenthesis. */
export const splitAtCommas = (tokens: Tokens): readonly Tokens[] => {
  const pieces: Tokens[number][][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'symbol' && '()[]'.includes(token.text)) depth += '(['.includes(token.text) ? 1 : -1;
    if (depth === 0 && token.kind === 'symbol' && token.text === ',') pieces.push([]);
    else pieces.at(-1)?.push(token);
  }
  return pieces.filter(({ length }) => length > 0);
};

/** An `alter table` taken apart. */
export interface AlterTable {
  readonly table: string;
  readonly actions: readonly Tokens[];
}

export const alterTableOf = ({ tokens }: Pick<Statement, 'tokens'>): AlterTable | undefined => {
  if (!begins(tokens, 'alter table')) return undefined;
  const { name, rest } = nameAt(without(tokens.slice(2), 'if exists', 'only'));
  return { table: name, actions: splitAtCommas(rest[0]?.text === '*' ? rest.slice(1) : rest) };
};

/** The table that a statement is about, where there is one. */
export const tableOf = (statement: Pick<Statement, 'tokens'>): string | undefined => {
  const altered = alterTableOf(statement);
  if (altered) return altered.table;
  const words = wordsOf(statement.tokens);
  const on = words.indexOf('on');
  if (words[0] !== 'create' || !words.slice(1, 3).includes('index') || on < 0) return undefined;
  return nameAt(without(statement.tokens.slice(on + 1), 'only')).name;
};

const MADE = ['create table', 'create unlogged table', 'create temp table', 'create temporary table', 'create schema'];

/** What a statement makes for certain, not only `if not exists`: `public.t` for a table, `app` for a schema. */
export const madeBy = ({ tokens }: Pick<Statement, 'tokens'>): string | undefined => {
  const words = MADE.find((one) => begins(tokens, one));
  if (words === undefined) return undefined;
  const rest = tokens.slice(words.split(' ').length);
  if (begins(rest, 'if not exists')) return undefined;
  return words === 'create schema' ? rest[0]?.text : nameAt(rest).name;
};
