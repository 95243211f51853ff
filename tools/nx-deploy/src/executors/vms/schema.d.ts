/** Options of the `vms` task. */
export interface VmsOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly start?: number;
  readonly stop?: string;
  readonly host?: string;
  readonly json?: boolean;
}
