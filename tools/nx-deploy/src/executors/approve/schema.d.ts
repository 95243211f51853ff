/** Options of the `approve` task. */
export interface ApproveOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly plan?: string;
  readonly reason?: string;
  readonly json?: boolean;
}
