/** Options of the `unlock` task. */
export interface UnlockOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly reason?: string;
  readonly json?: boolean;
}
