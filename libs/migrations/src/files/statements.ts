import { lex, type Token, type Unclosed } from './lex';
import { split } from './split';

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

/** The statements and line comments of SQL. A line ends where PostgreSQL ends a comment: at LF, at CR and at both together. */
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

/** Tells the line of a position, counted from 1. */
const lineCounter = (sql: string): ((at: number) => number) => {
  const starts = [0, ...[...sql.matchAll(/\r\n?|\n/g)].map(({ 0: end, index }) => index + end.length)];
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
