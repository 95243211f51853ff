/** Options of the `audit` task. */
export interface AuditOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly verify?: boolean;
  readonly json?: boolean;
  readonly limit?: number;
}
