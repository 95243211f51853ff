import { OpsError } from '../ops-error';

export const MIGRATION_DRIVER_CODES = [
  'DATABASE_URL_MISSING',
  'DATABASE_URL_INVALID',
  'DATABASE_TLS_REQUIRED',
  'DATABASE_TLS_REFUSED',
  'DATABASE_CERTIFICATE_REFUSED',
  'DATABASE_UNREACHABLE',
  'DATABASE_AUTH_FAILED',
  'DATABASE_UNKNOWN',
  'DATABASE_NOT_READY',
  'DATABASE_CONNECTION_LOST',
  'DATABASE_STATEMENT_FAILED',
  'MIGRATION_FAILED',
] as const;

/** The variable that the manifest names for the connection string is not set. */
export const databaseUrlMissing = (facts: { variable: string }) =>
  new OpsError(
    'DATABASE_URL_MISSING',
    `${facts.variable} is not set, so it is not known where the database is. Nothing was changed.`,
    `Set it, as in \`export ${facts.variable}='postgres://user:password@db.example.com:5432/app'\`, or in the CI's secrets.`,
  );

/** The connection string cannot be used; `problems` are clauses without any part of it that may be secret. */
export const databaseUrlInvalid = (facts: { variable: string; problems: readonly string[] }) =>
  new OpsError(
    'DATABASE_URL_INVALID',
    `The connection string in ${facts.variable} cannot be used: ${facts.problems.join('; ')}. Nothing was changed.`,
    'It has the form `postgres://user:password@host:5432/database?sslmode=verify-full`; in user and password, percent-encode `@ : / ? # %` (`@` is `%40`).',
  );

/** A database that is not on this machine was to be spoken to in the clear. */
export const databaseTlsRequired = (facts: { variable: string; host: string; sslmode: string }) =>
  new OpsError(
    'DATABASE_TLS_REQUIRED',
    `${facts.variable} asks for \`sslmode=${facts.sslmode}\`, which would let the password and the data go to ${facts.host} in the clear. It was not connected to.`,
    'Use `sslmode=verify-full` (with `sslrootcert=<file>` for a CA of your own), or reach the database through one of the hosts (`through` in .deploy.yaml) at its loopback address.',
  );

/** The server has no TLS, and the connection string asks for it (or does not say that it may do without). */
export const databaseTlsRefused = (facts: { address: string; local: boolean }) =>
  new OpsError(
    'DATABASE_TLS_REFUSED',
    `${facts.address} does not speak TLS. No password was sent, and nothing was changed.`,
    facts.local
      ? 'Leave `sslmode` out of the connection string: on the loopback address it is not needed.'
      : 'Set `ssl = on` in postgresql.conf on the server, with a certificate, and reload it.',
  );

/** The server's certificate was refused before any password was sent; `reason` is a clause. */
export const databaseCertificateRefused = (facts: { address: string; reason: string }) =>
  new OpsError(
    'DATABASE_CERTIFICATE_REFUSED',
    `The certificate of ${facts.address} was refused: ${facts.reason}. No password was sent, and nothing was changed.`,
    'Name the file with the CA that signed it by `sslrootcert=<file>` in the connection string (Supabase and most services offer theirs for download), and the host by the name in the certificate.',
  );

/** No conversation with the database's server came about; `reason` is a clause. */
export const databaseUnreachable = (facts: { address: string; reason: string; cause?: unknown }) =>
  new OpsError(
    'DATABASE_UNREACHABLE',
    `${facts.address} cannot be reached: ${facts.reason}. Nothing was sent to it.`,
    'Check host and port of the connection string, that PostgreSQL runs and listens there, and the firewall in between. A database that only a server sees is reached by `through` in .deploy.yaml.',
    { cause: facts.cause },
  );

/** The server refused the user: wrong password, or no rule that lets it in; `reason` is the server's words. */
export const databaseAuthFailed = (facts: { address: string; variable: string; reason: string }) =>
  new OpsError(
    'DATABASE_AUTH_FAILED',
    `${facts.address} refused the login: ${facts.reason}. Nothing was changed.`,
    `Correct user or password in ${facts.variable}. Where the server speaks of pg_hba.conf, it has no rule for this user from here.`,
  );

/** The server has no database of that name. */
export const databaseUnknown = (facts: { address: string; database: string }) =>
  new OpsError(
    'DATABASE_UNKNOWN',
    `${facts.address} has no database \`${facts.database}\`. Nothing was changed.`,
    `Correct the name at the end of the connection string, or make it on the server: \`createdb ${facts.database}\`.`,
  );

/** The server is there, but lets nobody in now: it starts, stops, or all connections are taken. */
export const databaseNotReady = (facts: { address: string; reason: string }) =>
  new OpsError(
    'DATABASE_NOT_READY',
    `${facts.address} takes no connection now: ${facts.reason}. Nothing was sent to it.`,
    'Wait a little and run the same command again; where all connections are taken, end some that are idle (`pg_stat_activity`) or raise `max_connections`.',
  );

/** The connection ended while a statement was under way: whether it took effect is unknown. */
export const databaseConnectionLost = (facts: { address: string; reason: string }) =>
  new OpsError(
    'DATABASE_CONNECTION_LOST',
    `The connection to ${facts.address} is gone: ${facts.reason}. Whether the statement under way took effect is unknown; what was recorded stands.`,
    'Run the same command again: it reads what the database recorded first and goes on from there.',
  );

/** What the database said of a statement that failed. It is the error's `cause`. */
interface FailureFacts {
  readonly sqlState: string;
  readonly message: string;
  /** The line of SQL that it is about, where the database said so. */
  readonly line?: string | undefined;
}
const said = ({ sqlState, message, line }: FailureFacts) =>
  `${message} (SQLSTATE ${sqlState})${line ? `\n  at: ${line}` : ''}`;

/** For any statement, by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const STATEMENT_HINTS: Readonly<Record<string, string>> = {
  '25006':
    'Nothing can be written here: connect to the primary rather than a replica, and without `default_transaction_read_only` or an MCP server in read-only mode.',
  '53100': 'The disk of the database server is full: make room there, then run the same command again.',
};

/** A statement of the migration engine's own failed; it was rolled back. */
export const databaseStatementFailed = (facts: { address: string; failure: FailureFacts }) =>
  new OpsError(
    'DATABASE_STATEMENT_FAILED',
    `${facts.address} refused a statement, which was rolled back: ${said(facts.failure)}`,
    STATEMENT_HINTS[facts.failure.sqlState] ??
      'Mend what the message names; where it speaks of permission, the user of the connection string needs rights on the schema or database.',
    { cause: facts.failure },
  );

/** What most often helps with a migration, by SQLSTATE. */
const MIGRATION_HINTS: Readonly<Record<string, string>> = {
  ...STATEMENT_HINTS,
  '25001':
    'This statement cannot run in a transaction: give it a file of its own that begins with `-- no-transaction`.',
  '40P01': 'Two transactions waited for each other and this one gave way: run the same command again.',
  '42501': 'The user of the connection needs the right that the message names: grant it, or connect as the owner.',
  '55P03':
    'Somebody else holds a lock on the table. Run the same command again when less is going on; `pg_stat_activity` and `pg_locks` show who it is.',
  '57014': 'It took longer than `statement_timeout` allows: split the file, or do the work in batches.',
};

/** A migration failed in the database. `transaction: 'none'` is a file whose one statement runs by itself. */
export const migrationFailed = (facts: {
  migration: { readonly version: string; readonly name: string };
  transaction: 'file' | 'none';
  failure: FailureFacts;
}) =>
  new OpsError(
    'MIGRATION_FAILED',
    `${facts.migration.version}_${facts.migration.name} failed: ${said(facts.failure)}\n` +
      (facts.transaction === 'file'
        ? 'All of it was rolled back; migrations before it stay applied, none after it was begun.'
        : 'It ran outside of a transaction, so it may have left an invalid index, which the next run looks for.'),
    MIGRATION_HINTS[facts.failure.sqlState] ??
      'Correct the file, which was not recorded as applied, and run the same command again.',
    { cause: facts.failure },
  );
