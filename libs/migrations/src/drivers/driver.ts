import type { Migration } from '../migration';

/** How one migration's script went. `unknown`: the answer was lost; the own record tells on the next look. */
export type ApplyOutcome = 'applied' | 'already-applied' | 'unknown';

/**
 * SQLSTATE that a script's guard raises where the own record says that the migration is applied: `raise exception … using errcode`.
 * Of a class that neither the SQL standard nor PostgreSQL uses. {@link Database.apply} answers `already-applied` to it.
 */
export const ALREADY_APPLIED = 'PD001';

/** A database, reached one way or another. Everything it throws that is a user's situation is an OpsError. */
export interface Database {
  /** `postgres` or `supabase-mcp`; for people and the record. */
  readonly driver: 'postgres' | 'supabase-mcp';
  /** Where it is, without password or token: `postgres://app@db.example.com:5432/app`. */
  readonly address: string;
  /**
   * Runs SQL as one simple-protocol message: several statements are one implicit transaction. Calls may overlap (a heartbeat beside
   * a long migration) and share no session. Throws DATABASE_STATEMENT_FAILED, DATABASE_CONNECTION_LOST.
   */
  readonly exec: (sql: string) => Promise<void>;
  /**
   * Rows of the last statement, alike from every driver: bigint is a number, json is parsed, dates and times are PostgreSQL's own
   * text, numeric is text (driver postgres) or a number (supabase-mcp): cast it.
   */
  readonly rows: <T>(sql: string) => Promise<readonly T[]>;
  /**
   * Runs a whole script (guard, migration, record) as one transaction, under the migration's name where the driver has names. The
   * driver or the service adds `begin` and `commit`: the script has none. A statement's failure is thrown (MIGRATION_FAILED, see
   * {@link sqlStateOf}) after everything was rolled back; {@link ALREADY_APPLIED} and a lost answer are outcomes.
   */
  readonly apply: (migration: Pick<Migration, 'version' | 'name'>, script: string) => Promise<ApplyOutcome>;
  /** Runs the single statement of a no-transaction file. Throws MIGRATION_FAILED; nothing is rolled back but the statement itself. */
  readonly applyAlone: (migration: Pick<Migration, 'version' | 'name'>, statement: string) => Promise<ApplyOutcome>;
  /** What is known of the cause of the last `unknown`, as half a sentence for people. */
  readonly whyUnknown: () => string | undefined;
  /** Puts right what this driver is known to leave wrong (versions stamped by the server's clock); a line for people each. */
  readonly reconcile: () => Promise<readonly string[]>;
  /** Advice that the service has on the schema; empty where it has none. */
  readonly advise: () => Promise<readonly { readonly level: 'note' | 'warning'; readonly text: string }[]>;
  readonly close: () => Promise<void>;
}

/** How an environment's database is reached. No secret: those are read from the environment by name. */
export type DatabaseConfig =
  | {
      readonly driver: 'postgres';
      /** Name of the variable with the connection string. */
      readonly urlVariable: string;
      /** Host of the environment through which it is reached, by SSH forwarding; undefined = directly. */
      readonly through?: string;
    }
  | {
      readonly driver: 'supabase-mcp';
      /** Name of the variable with the access token. */
      readonly tokenVariable: string;
      readonly project: string;
      /** URL of an MCP server; undefined = the official server is started over stdio. */
      readonly url?: string;
      /** Management API, where it is not Supabase's own. */
      readonly apiUrl?: string;
    };
