/** What kept the database from doing what was asked. */
export interface DatabaseFailure {
  /** A clause; nothing of the connection string is in it. */
  readonly reason: string;
  /** `row`: this one row was refused, others need not be. `tables`: they are not as expected. `away`: all else. */
  readonly kind: 'row' | 'tables' | 'away';
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const OF_TABLES = new Set(['42P01', '42703', '42501', '42P10', '3F000']);
const OF_A_ROW = /^2[23]/;

/** Reads what `pg` threw: a server's error has an SQLSTATE, a connection's the code of the system, several addresses several. */
export function failureOf(error: unknown): DatabaseFailure {
  const { code = '', message, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly Error[] };
  const text = message || errors?.[0]?.message || String(error);
  const reason = `${text.split('\n')[0] ?? ''}${code && !text.includes(code) ? ` (${code})` : ''}`;
  if (OF_A_ROW.test(code)) return { reason, kind: 'row' };
  return { reason, kind: OF_TABLES.has(code) ? 'tables' : 'away' };
}
