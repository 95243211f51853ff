import type { Migration } from '../migration';
import { concurrentIndexOf, type ConcurrentIndex } from './concurrent-index';
import { statementsOf, type Statement } from './statements';

/** What can be known, after an interruption, of the statement of a no-transaction file. */
export type AloneKind =
  | { readonly kind: 'index'; readonly statement: string; readonly index: ConcurrentIndex & { readonly name: string } }
  /** `drop index concurrently`; `name` is an argument of `to_regclass`. */
  | { readonly kind: 'drop-index'; readonly statement: string; readonly name: string }
  /** To run it twice does what to run it once does. */
  | { readonly kind: 'repeatable'; readonly statement: string }
  /** Nothing tells whether it took effect. */
  | { readonly kind: 'opaque'; readonly statement: string };

const MAINTENANCE = new Set(['vacuum', 'analyze', 'reindex', 'refresh', 'cluster', 'checkpoint']);

/** Of which kind the one statement of a no-transaction file is. */
export const kindOf = ({ sql }: Pick<Migration, 'sql'>): AloneKind => {
  const [first] = statementsOf(sql).statements;
  // readMigrations lets no file through without a statement.
  if (!first) return { kind: 'opaque', statement: sql };
  const statement = first.text;
  const index = concurrentIndexOf(first);
  if (index?.name) return { kind: 'index', statement, index: { ...index, name: index.name } };
  const name = droppedIndex(first);
  if (name) return { kind: 'drop-index', statement, name };
  return { kind: isRepeatable(first) ? 'repeatable' : 'opaque', statement };
};

const isRepeatable = ({ tokens }: Statement): boolean => {
  const words = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text);
  return MAINTENANCE.has(words[0] ?? '') || /\bif (not )?exists\b/.test(words.join(' '));
};

const droppedIndex = ({ tokens, text }: Statement): string | undefined => {
  const words = tokens.map(({ text: word }) => word);
  if (words.slice(0, 3).join(' ') !== 'drop index concurrently' || words.includes(',')) return undefined;
  const name = tokens
    .slice(words[3] === 'if' ? 5 : 3)
    .filter(({ text: word }) => word !== 'cascade' && word !== 'restrict');
  const offset = tokens[0]?.start ?? 0;
  return name.map(({ start, end }) => text.slice(start - offset, end - offset)).join('');
};
