/** Options of the `trust` task. */
export interface TrustOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly yes?: boolean;
  readonly replace?: boolean;
  readonly json?: boolean;
}
