/** Options of the `recover` task. */
export interface RecoverOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly 'dry-run'?: boolean;
  readonly json?: boolean;
}
