import { concurrentIndexOf } from './concurrent-index';
import type { Statement, Statements } from './statements';

interface Problem {
  readonly line: number;
  readonly text: string;
}

/** What would break the rule that a file is one transaction, or, for `-- no-transaction`, one statement. */
export const checkStatements = (
  { statements, unclosed }: Statements,
  transaction: 'file' | 'none',
): readonly Problem[] => {
  if (unclosed) return [{ line: unclosed.line, text: `a ${unclosed.what} is opened here and never closed` }];
  const [, second] = statements;
  return [
    ...(statements.length === 0 ? [{ line: 1, text: 'it holds no statement' }] : []),
    ...(transaction === 'none' && second
      ? [{ line: second.line, text: 'a `-- no-transaction` file holds exactly one statement; this is a second one' }]
      : []),
    ...(transaction === 'none' ? statements.slice(0, 1).flatMap(needless) : []),
    ...statements.flatMap(problemOf),
  ];
};

/** What PostgreSQL runs in no transaction, or what may end one itself; by its words. */
const ALONE = [
  /^(create( unique)? index|drop index|refresh materialized view|reindex) .*concurrently/,
  /^(vacuum|analyze|reindex|cluster|checkpoint|do|call)\b/,
  /^alter type .* add value\b/,
  /^alter table .* detach partition .* concurrently\b/,
  /^(create|drop|alter) (database|tablespace|subscription|system)\b/,
];

/** Alone, a statement has no limit on how long it waits for a lock, with everybody else behind it. */
const needless = ({ tokens, line }: Statement): readonly Problem[] => {
  const words = tokens.map(({ kind, text }) => (kind === 'string' ? "''" : text)).join(' ');
  if (ALONE.some((one) => one.test(words))) return [];
  const name = tokens
    .slice(0, 2)
    .map(({ text }) => text)
    .join(' ');
  return [
    {
      line,
      text: `\`${name}\` runs in a transaction, where it gives up a lock that it does not get; leave \`-- no-transaction\` out`,
    },
  ];
};

const OWN_TRANSACTION = new Set(['begin', 'commit', 'end', 'abort', 'rollback']);

const problemOf = (statement: Statement): readonly Problem[] => {
  const at = (text: string): readonly Problem[] => [{ line: statement.line, text }];
  const words = statement.tokens.map(({ kind, text }) => (kind === 'string' ? '' : text));
  const [first = '', second = ''] = words;
  if (first === '\\') return at('commands of psql (`\\…`) are no SQL');
  // `rollback to savepoint` stays inside of the transaction.
  if (OWN_TRANSACTION.has(first) && !words.includes('to')) return at(ownTransaction(first));
  if (second === 'transaction' && (first === 'start' || first === 'prepare'))
    return at(ownTransaction(`${first} transaction`));
  if (first === 'copy' && words.join(' ').includes(' from stdin')) {
    return at('`copy … from stdin` needs data that a migration cannot bring; use `insert`');
  }
  const index = concurrentIndexOf(statement);
  return index && !index.name
    ? at('give the index a name, so that it is found again when its build is interrupted')
    : [];
};

const ownTransaction = (words: string): string =>
  `\`${words}\`: the file is one transaction together with its record, so it must neither begin nor end one`;
