/** Options of the `plan` task. */
export interface PlanOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly json?: boolean;
}
