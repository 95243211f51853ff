import type { Statement } from '../files';
import { begins, nameAt, outermost, without, wordsOf, type Name } from './statement-parts';
import { created, kindAt } from './objects';

type Tokens = Statement['tokens'];

/** A statement that changes rows, on its own or within another: `with gone as (delete …)`, `explain analyze delete …`. */
export interface Change {
  readonly verb: 'insert' | 'update' | 'delete' | 'merge';
  readonly name: Name;
  /** What follows the name. */
  readonly rest: Tokens;
}

const VERBS = { 'insert into': 'insert', update: 'update', 'delete from': 'delete', 'merge into': 'merge' } as const;
const BEGINNINGS = Object.keys(VERBS) as (keyof typeof VERBS)[];
const FIRST = new Set<string>(Object.values(VERBS));

/** What changes rows in a statement. What functions, rules and `do` blocks hold does not run now or is not known, and is left out. */
export const changesOf = ({ tokens }: Pick<Statement, 'tokens'>): readonly Change[] => {
  const words = wordsOf(tokens);
  if (words[0] === 'create' && kindAt(created(tokens))?.kind !== 'table') return [];
  const mayFollow = words[0] === 'prepare' ? [...BEFORE, 'as'] : BEFORE;
  return words.flatMap((word, at) =>
    FIRST.has(word) && (at === 0 || mayFollow.includes(words[at - 1] ?? '')) ? changeAt(tokens.slice(at)) : [],
  );
};

/** What a statement within another stands behind: a parenthesis, the list of a `with`, or how it is explained. */
const BEFORE = ['(', ')', 'explain', 'analyze', 'analyse', 'verbose'];

const changeAt = (tokens: Tokens): readonly Change[] => {
  const beginning = BEGINNINGS.find((one) => begins(tokens, one));
  if (beginning === undefined) return [];
  const { name, rest } = nameAt(without(tokens.slice(beginning.split(' ').length), 'only'));
  // Otherwise it is a column called so: `insert into t (update) …`.
  const isStatement = beginning !== 'update' || wordsOf(outermost(rest)).includes('set');
  return isStatement ? [{ verb: VERBS[beginning], name, rest }] : [];
};
