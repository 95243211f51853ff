/** Options of the `status` task. */
export interface StatusOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly json?: boolean;
  readonly limit?: number;
}
