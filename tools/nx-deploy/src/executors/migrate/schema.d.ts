/** Options of the `migrate` task. What belongs to an environment or a target stands in the manifest. */
export interface MigrateOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly plan?: boolean;
  readonly 'dry-run'?: boolean;
  readonly baseline?: string;
  readonly repair?: string | boolean;
  readonly 'allow-out-of-order'?: boolean;
  readonly emergency?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}
