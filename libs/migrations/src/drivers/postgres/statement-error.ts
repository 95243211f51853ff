import pg from 'pg';
import type { DatabaseFailure } from '../sql-state';

/** What the server reported of a statement, with the line of SQL that it points at; undefined where the conversation itself broke. */
export const serverFailure = (error: unknown, sql: string): (DatabaseFailure & { line?: string }) | undefined => {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined || endsConnection(error.code)) return undefined;
  // In the body of a function or block there is no position, but the path to it.
  const line = lineAt(sql, Number(error.position)) ?? error.where?.split('\n')[0];
  return {
    sqlState: error.code,
    message: [error.message, error.hint].filter(Boolean).join(' – '),
    ...(error.detail ? { detail: error.detail } : {}),
    ...(line === undefined ? {} : { line }),
  };
};

/**
 * Class 08 (connection) and 57P (operator intervention): the session ended. It may have been between the commit and its answer, so
 * nothing is known of the statement.
 */
const endsConnection = (sqlState: string): boolean => /^(08|57P)/.test(sqlState);

/** Position counts characters from 1, of the whole message. */
const lineAt = (sql: string, position: number): string | undefined => {
  if (!(position > 0)) return undefined;
  // It counts characters, JavaScript's strings count halves of those beyond the basic plane.
  const before = Array.from(sql)
    .slice(0, position - 1)
    .join('').length;
  const start = sql.lastIndexOf('\n', before - 1) + 1;
  const end = sql.indexOf('\n', before);
  return sql
    .slice(start, end === -1 ? undefined : end)
    .trim()
    .slice(0, 160);
};
