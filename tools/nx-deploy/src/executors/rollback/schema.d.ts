/** Options of the `rollback` task. */
export interface RollbackOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly sha?: string;
  readonly reason?: string;
  readonly emergency?: boolean;
  readonly 'dry-run'?: boolean;
  readonly 'allow-missing-hosts'?: boolean;
  readonly json?: boolean;
}
