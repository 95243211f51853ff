/** Options of the `setup` task. */
export interface SetupOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly as?: string;
  readonly 'dry-run'?: boolean;
  readonly 'allow-missing-hosts'?: boolean;
  readonly json?: boolean;
}
