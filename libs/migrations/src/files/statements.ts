import { lex, type Token, type Unclosed } from './lex';

/** One statement of a file. */
export interface Statement {
  /** As it stands, from its first word to its last, without comments around it and without `;`. */
  readonly text: string;
  /** Line of its first word, counted from 1. */
  readonly line: number;
  readonly tokens: readonly Token[];
}

export interface LineComment {
  /** What follows `--`, without the blanks around it. */
  readonly text: string;
  readonly line: number;
}

/** A file of SQL, taken apart. */
export interface Statements {
  readonly statements: readonly Statement[];
  /** Comments that begin with `--`. */
  readonly comments: readonly LineComment[];
  readonly unclosed: { readonly what: Unclosed['what']; readonly line: number } | undefined;
}

/** The statements and line comments of SQL; a `;` in a quote, a parenthesis or a function's `begin atomic … end` parts nothing. */
export const statementsOf = (sql: string): Statements => {
  const { tokens, unclosed } = lex(sql);
  const lineAt = lineCounter(sql);
  const spoken = tokens.filter(({ kind }) => kind !== 'comment');
  return {
    statements: split(spoken).map((own) => statement(sql, own, lineAt)),
    comments: tokens.filter(({ kind }) => kind === 'comment').map(({ text, start }) => ({ text, line: lineAt(start) })),
    unclosed: unclosed && { what: unclosed.what, line: lineAt(unclosed.start) },
  };
};

const statement = (sql: string, tokens: readonly Token[], lineAt: (at: number) => number): Statement => {
  const start = tokens[0]?.start ?? 0;
  return { text: sql.slice(start, tokens.at(-1)?.end ?? start), line: lineAt(start), tokens };
};

const split = (tokens: readonly Token[]): readonly (readonly Token[])[] => {
  const statements: Token[][] = [];
  let current: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.text === ';' && depth <= 0) {
      statements.push(current);
      current = [];
      depth = 0;
      continue;
    }
    depth += deeper(token, current);
    current.push(token);
  }
  return [...statements, current].filter(({ length }) => length > 0);
};

/** By how much a token opens or closes what a `;` may stand in; `before` is the statement up to it. */
const deeper = (token: Token, before: readonly Token[]): number => {
  if (token.kind === 'symbol') return '(['.includes(token.text) ? 1 : ')]'.includes(token.text) ? -1 : 0;
  if (token.kind !== 'word' || !makesRoutine(before)) return 0;
  const inBody = before.some(({ text }, at) => text === 'atomic' && before[at - 1]?.text === 'begin');
  if (token.text === 'atomic') return before.at(-1)?.text === 'begin' ? 1 : 0;
  if (!inBody) return 0;
  return token.text === 'case' ? 1 : token.text === 'end' ? -1 : 0;
};

const makesRoutine = (tokens: readonly Token[]): boolean =>
  tokens[0]?.text === 'create' && tokens.slice(1, 4).some(({ text }) => text === 'function' || text === 'procedure');

/** Tells the line of a position, counted from 1. */
const lineCounter = (sql: string): ((at: number) => number) => {
  const starts = [0];
  for (let at = sql.indexOf('\n'); at >= 0; at = sql.indexOf('\n', at + 1)) starts.push(at + 1);
  return (at) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  };
};
