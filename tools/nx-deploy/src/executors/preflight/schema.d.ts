/** Options of the `preflight` task. */
export interface PreflightOptions {
  readonly manifest?: string;
  readonly json?: boolean;
}
