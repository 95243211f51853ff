import type { Token } from './lex';
import type { Statement } from './statements';

/** What a `create index concurrently` says of the index that it builds. */
export interface ConcurrentIndex {
  /** Name as PostgreSQL stores it; undefined where the statement leaves it to the database. */
  readonly name: string | undefined;
  /** The table, as an argument of `to_regclass`: `public.deployments`, `"Odd Name"`. */
  readonly table: string;
  /** Whether it says `if not exists`. */
  readonly ifNotExists: boolean;
}

/** What the statement builds, if it is `create [unique] index concurrently …`. */
export const concurrentIndexOf = ({ tokens, text }: Statement): ConcurrentIndex | undefined => {
  const words = tokens.map((token) => (token.kind === 'word' ? token.text : ''));
  const concurrently = words[1] === 'unique' ? 3 : 2;
  if (words[0] !== 'create' || words[concurrently - 1] !== 'index' || words[concurrently] !== 'concurrently') {
    return undefined;
  }
  const ifNotExists = words.slice(concurrently + 1, concurrently + 4).join(' ') === 'if not exists';
  const named = concurrently + (ifNotExists ? 4 : 1);
  const on = words.indexOf('on', concurrently);
  const table = tableAfter(tokens.slice(words[on + 1] === 'only' ? on + 2 : on + 1), text, tokens[0]?.start ?? 0);
  return { name: on > named ? tokens[named]?.text : undefined, table, ifNotExists };
};

/** `a`, `a.b` or `"A"."b"` at the beginning of the tokens, as it stands in the text. */
const tableAfter = (tokens: readonly Token[], text: string, offset: number): string => {
  const parts = tokens[1]?.text === '.' ? 3 : 1;
  return tokens
    .slice(0, parts)
    .map(({ start, end }) => text.slice(start - offset, end - offset))
    .join('');
};
