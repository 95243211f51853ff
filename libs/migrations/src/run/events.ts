import type { Finding } from '../lint';
import type { Migration } from '../migration';

/** A migration as people name it. */
export type NamedMigration = Pick<Migration, 'version' | 'name'>;

/** What a run tells while it goes on, in this order where all of it happens; times in milliseconds. */
export type MigrationEvent =
  /** A sentence: what the driver put right, or what the lint could not look at. */
  | { readonly event: 'note'; readonly text: string }
  /** Recorded in the database, without a file. */
  | { readonly event: 'ahead'; readonly migrations: readonly NamedMigration[] }
  | { readonly event: 'pending'; readonly migrations: readonly NamedMigration[] }
  /** Another run holds the lease. */
  | { readonly event: 'waiting'; readonly by: string; readonly since: string }
  /** A finding of the lint that does not stop the run. */
  | { readonly event: 'finding'; readonly finding: Finding }
  /** All that is pending went through on the shadow. */
  | { readonly event: 'tried'; readonly count: number; readonly durationMs: number }
  | { readonly event: 'started'; readonly migration: NamedMigration }
  /** It still runs, so many milliseconds after it was begun. */
  | { readonly event: 'running'; readonly migration: NamedMigration; readonly forMs: number }
  | { readonly event: 'applied'; readonly migration: NamedMigration; readonly durationMs: number }
  | { readonly event: 'already-applied'; readonly migration: NamedMigration }
  | {
      readonly event: 'lock-busy';
      readonly migration: NamedMigration;
      /** Which attempt failed, counted from 1, and how many there will be. */
      readonly attempt: number;
      readonly attempts: number;
      readonly nextInMs: number;
    }
  /** The schema cannot be read, because somebody has locked a table that a view needs. */
  | { readonly event: 'schema-busy'; readonly attempt: number; readonly attempts: number; readonly nextInMs: number }
  | { readonly event: 'answer-lost'; readonly migration: NamedMigration; readonly why: string | undefined }
  | { readonly event: 'still-running'; readonly migration: NamedMigration }
  | { readonly event: 'invalid-index-dropped'; readonly migration: NamedMigration; readonly index: string }
  | { readonly event: 'finished-earlier'; readonly migration: NamedMigration };

export type Report = (event: MigrationEvent) => void;
