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
    ...statements.flatMap(problemOf),
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
