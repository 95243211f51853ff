import { isOpsError } from '@polydev/errors';

/** A failure that the database itself reported, with its five characters. */
export interface DatabaseFailure {
  readonly sqlState: string;
  /** The database's words, without the position. */
  readonly message: string;
  /** What it adds to them, often with values of a row: not for what is kept. */
  readonly detail?: string | undefined;
  /** The line of SQL that it is about, where the database said so. */
  readonly line?: string | undefined;
}

/** What the database reported, where a driver's error was that: the cause of DATABASE_STATEMENT_FAILED and MIGRATION_FAILED. */
export const failureOf = (error: unknown): DatabaseFailure | undefined => {
  const cause = isOpsError(error) ? error.cause : undefined;
  return isFailure(cause) ? cause : undefined;
};

/** SQLSTATE of a driver's error, as in `55P03` for a lock that was not got in time; undefined for errors of another kind. */
export const sqlStateOf = (error: unknown): string | undefined => failureOf(error)?.sqlState;

const isFailure = (value: unknown): value is DatabaseFailure =>
  typeof value === 'object' && value !== null && 'sqlState' in value && typeof value.sqlState === 'string';
