/** A migration file that was read and is well-formed. */
export interface Migration {
  /** 14 digits: `20261120090000`. */
  readonly version: string;
  /** What follows the version in the file's name, without `.sql`. */
  readonly name: string;
  /** Path below the migrations directory. */
  readonly file: string;
  /** As it is applied: LF, without a byte order mark, with a line break at its end. */
  readonly sql: string;
  /** SHA-256 of `sql`, as hex. */
  readonly checksum: string;
  /** `none` for a file that says `-- no-transaction`: exactly one statement, outside of any transaction. */
  readonly transaction: 'file' | 'none';
  /** Findings of the lint that the file answers for: `-- lint: allow <rule>: <reason>`. */
  readonly allowed: readonly { readonly rule: string; readonly reason: string }[];
}

/** What the database knows of a migration: a row of `deploy_meta.migrations`. */
export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly checksum: string;
  readonly state: 'applied' | 'running' | 'failed' | 'baseline';
  readonly appliedAt: string;
  /** `user@machine`. */
  readonly by: string;
  /** Id of the deployment that it was part of. */
  readonly deployment: string | undefined;
  readonly durationMs: number | undefined;
}
