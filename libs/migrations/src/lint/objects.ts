import type { Statement } from '../files';
import { begins, fullName, nameAt, splitAtCommas, without, wordsOf, type Name } from './statement-parts';

type Tokens = Statement['tokens'];

const KINDS = [
  ...(['table', 'foreign table', 'view', 'materialized view', 'sequence'] as const),
  ...(['type', 'domain', 'schema'] as const),
];

/** What the lint follows from statement to statement. */
export type Kind = (typeof KINDS)[number];

/** Something that a statement is about. */
export interface Thing {
  readonly kind: Kind;
  readonly name: Name;
}

/** The kind that the tokens begin with, and what follows it. */
export const kindAt = (tokens: Tokens): { readonly kind: Kind; readonly rest: Tokens } | undefined => {
  const kind = KINDS.find((one) => begins(tokens, one));
  return kind && { kind, rest: tokens.slice(kind.split(' ').length) };
};

/** As it is shown: a schema by its name, everything else with its schema. */
export const shown = ({ kind, name }: Thing): string => (kind === 'schema' ? name.name : fullName(name));

/** An `alter …` taken apart. */
export interface Alter extends Thing {
  readonly actions: readonly Tokens[];
}

/** What a statement alters, of the kinds that the lint follows. */
export const alterOf = ({ tokens }: Pick<Statement, 'tokens'>): Alter | undefined => {
  const found = begins(tokens, 'alter') ? kindAt(tokens.slice(1)) : undefined;
  if (!found) return undefined;
  const { name, rest } = nameAt(without(found.rest, 'if exists', 'only'));
  return { kind: found.kind, name, actions: splitAtCommas(rest[0]?.text === '*' ? rest.slice(1) : rest) };
};

/** The table that a statement is about, where there is one. */
export const tableOf = (statement: Pick<Statement, 'tokens'>): string | undefined => {
  const altered = alterOf(statement);
  if (altered) return altered.kind === 'table' ? shown(altered) : undefined;
  const words = wordsOf(statement.tokens);
  const on = words.indexOf('on');
  if (words[0] !== 'create' || !words.slice(1, 3).includes('index') || on < 0) return undefined;
  return fullName(nameAt(without(statement.tokens.slice(on + 1), 'only')).name);
};

/** What a `drop` names, of the kinds that the lint follows. */
export const droppedBy = ({ tokens }: Pick<Statement, 'tokens'>): readonly Thing[] => {
  const found = begins(tokens, 'drop') ? kindAt(tokens.slice(1)) : undefined;
  if (!found) return [];
  return splitAtCommas(without(found.rest, 'if exists')).map((one) => ({ kind: found.kind, name: nameAt(one).name }));
};

const TEMPORARY = ['temp', 'temporary', 'local', 'global'];

/** `create` without the words between it and the kind. */
export const created = (tokens: Tokens): Tokens => without(tokens.slice(1), ...TEMPORARY, 'unlogged', 'recursive');

/** What a statement makes for certain: neither `if not exists` nor `or replace`. A temporary one is in `pg_temp`. */
export const madeBy = ({ tokens }: Pick<Statement, 'tokens'>): Thing | undefined => {
  const found = begins(tokens, 'create') ? kindAt(created(tokens)) : undefined;
  if (!found || begins(found.rest, 'if not exists') || begins(found.rest, 'authorization')) return undefined;
  const { name } = nameAt(found.rest);
  const temporary = TEMPORARY.includes(wordsOf(tokens)[1] ?? '');
  return { kind: found.kind, name: temporary ? { ...name, schema: 'pg_temp' } : name };
};
