/** A piece of SQL that is not white space; comments are told apart so that what they hold is never taken for SQL. */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'symbol' | 'comment';
  /** Words in lower case, as PostgreSQL folds them; names without their quotes; everything else as it stands. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A quote or comment that is opened and never closed: the database would wait for more. */
export interface Unclosed {
  readonly what: 'string' | 'quoted name' | 'comment' | 'dollar quote';
  readonly start: number;
}

/** Not `\s`: a no-break space is a letter to PostgreSQL. */
const SPACE = /[ \t\n\r\f\v]+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const STRING_START = /(?:[eE]|[uU]&|[bBxXnN])?'/y;
/** Between two quotes that are one string, of the kind that the first one is: a line end, and whatever else is no SQL. */
const GOES_ON = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y;
const NAME_START = /(?:[uU]&)?"/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\d[\w.]*/y;

/**
 * The tokens of SQL, by PostgreSQL's rules (https://www.postgresql.org/docs/current/sql-syntax-lexical.html) with
 * `standard_conforming_strings` on, as it is by default. Stops at the first quote that is never closed.
 */
export const lex = (sql: string): { readonly tokens: readonly Token[]; readonly unclosed: Unclosed | undefined } => {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    const piece = pieceAt(sql, at);
    if ('what' in piece) return { tokens, unclosed: piece };
    if (piece.token) tokens.push({ ...piece.token, start: at, end: piece.end });
    at = piece.end;
  }
  return { tokens, unclosed: undefined };
};

type Piece = { readonly end: number; readonly token?: Pick<Token, 'kind' | 'text'> };

const pieceAt = (sql: string, at: number): Piece | Unclosed => {
  const space = match(SPACE, sql, at);
  if (space) return { end: at + space.length };
  const comment = match(LINE_COMMENT, sql, at);
  if (comment) return { end: at + comment.length, token: { kind: 'comment', text: comment.slice(2).trim() } };
  if (sql.startsWith('/*', at)) return blockComment(sql, at);
  return quoted(sql, at) ?? bare(sql, at);
};

/** Block comments nest, unlike those of most languages. */
const blockComment = (sql: string, start: number): Piece | Unclosed => {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    if (sql.startsWith('/*', at)) depth += 1;
    else if (sql.startsWith('*/', at)) depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return { end: at + 1 };
  }
  return { what: 'comment', start };
};

const quoted = (sql: string, at: number): Piece | Unclosed | undefined => {
  const tag = match(DOLLAR_TAG, sql, at);
  if (tag) {
    const close = sql.indexOf(tag, at + tag.length);
    return close < 0 ? { what: 'dollar quote', start: at } : string(sql, at, close + tag.length);
  }
  const opening = match(STRING_START, sql, at);
  if (opening) {
    const end = stringEnd(sql, at + opening.length, opening.toLowerCase() === "e'");
    return end === undefined ? { what: 'string', start: at } : string(sql, at, end);
  }
  const name = match(NAME_START, sql, at);
  if (!name) return undefined;
  const end = closing(sql, at + name.length, { quote: '"', escapes: false });
  if (end === undefined) return { what: 'quoted name', start: at };
  return { end, token: { kind: 'name', text: sql.slice(at + name.length, end - 1).replaceAll('""', '"') } };
};

const string = (sql: string, start: number, end: number): Piece => ({
  end,
  token: { kind: 'string', text: sql.slice(start, end) },
});

/** Where a string that is open at `from` ends, with all that goes on in later lines. */
const stringEnd = (sql: string, from: number, escapes: boolean): number | undefined => {
  let end = closing(sql, from, { quote: "'", escapes });
  for (let more; end !== undefined && (more = match(GOES_ON, sql, end)) !== undefined;) {
    end = closing(sql, end + more.length, { quote: "'", escapes });
  }
  return end;
};

/** Where a quote that is open at `from` ends: doubled ones and, where they count, those after a backslash go on. */
const closing = (
  sql: string,
  from: number,
  { quote, escapes }: { readonly quote: string; readonly escapes: boolean },
) => {
  for (let at = from; at < sql.length; at += 1) {
    if (escapes && sql[at] === '\\') at += 1;
    else if (sql[at] !== quote) continue;
    else if (sql[at + 1] === quote) at += 1;
    else return at + 1;
  }
  return undefined;
};

const bare = (sql: string, at: number): Piece => {
  const word = match(WORD, sql, at);
  if (word) return { end: at + word.length, token: { kind: 'word', text: word.toLowerCase() } };
  const symbol = match(NUMBER, sql, at) ?? sql.charAt(at);
  return { end: at + symbol.length, token: { kind: 'symbol', text: symbol } };
};

const match = (pattern: RegExp, sql: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
};
