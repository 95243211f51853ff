/** Options of the `recover` task. */
export interface RecoverOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly 'dry-run'?: boolean;
  readonly 'allow-missing-hosts'?: boolean;
  readonly json?: boolean;
}
