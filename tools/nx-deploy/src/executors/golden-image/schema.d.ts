/** Options of the `golden-image` task. */
export interface GoldenImageOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly refresh?: boolean;
  readonly 'dry-run'?: boolean;
  readonly json?: boolean;
}
