import type { Token } from './lex';

type Tokens = readonly Token[];

/**
 * The tokens of each statement. A `;` in a parenthesis or in a function's `begin atomic … end` parts nothing. Where one of those is
 * never closed, every `;` parts: PostgreSQL will refuse the file, and what follows is looked at all the same.
 */
export const split = (tokens: Tokens): readonly Tokens[] => {
  const statements: Token[][] = [[]];
  let depth = 0;
  let inBody = false;
  for (const token of tokens) {
    const before = statements.at(-1) ?? [];
    if (isSemicolon(token) && depth <= 0 && !inBody) {
      statements.push([]);
      depth = 0;
      continue;
    }
    if (opensBody(token, before) && depth === 0) inBody = true;
    else if (closesBody(token, before)) inBody = false;
    depth += deeper(token);
    before.push(token);
  }
  return depth > 0 || inBody ? splitAtEach(tokens) : statements.filter(({ length }) => length > 0);
};

const splitAtEach = (tokens: Tokens): readonly Tokens[] => {
  const ends = [...tokens.flatMap((token, at) => (isSemicolon(token) ? [at] : [])), tokens.length];
  return ends.map((end, at) => tokens.slice((ends[at - 1] ?? -1) + 1, end)).filter(({ length }) => length > 0);
};

const isSemicolon = ({ kind, text }: Token): boolean => kind === 'symbol' && text === ';';

const deeper = ({ kind, text }: Token): number =>
  kind !== 'symbol' ? 0 : '(['.includes(text) ? 1 : ')]'.includes(text) ? -1 : 0;

const opensBody = (token: Token, before: Tokens): boolean =>
  isWord(token, 'atomic') && isWord(before.at(-1), 'begin') && makesRoutine(before);

/** Each statement of a body ends in `;`, so that only the `end` of the body itself can follow one: that of a `case` never does. */
const closesBody = (token: Token, before: Tokens): boolean => {
  const last = before.at(-1);
  return isWord(token, 'end') && last !== undefined && (isSemicolon(last) || isWord(last, 'atomic'));
};

const makesRoutine = (tokens: Tokens): boolean => {
  const kind = tokens[isWord(tokens[1], 'or') ? 3 : 1];
  return isWord(tokens[0], 'create') && (isWord(kind, 'function') || isWord(kind, 'procedure'));
};

const isWord = (token: Token | undefined, text: string): boolean => token?.kind === 'word' && token.text === text;
