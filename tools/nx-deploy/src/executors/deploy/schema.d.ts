/** Options of the `deploy` task. What belongs to an environment or a target stands in the manifest. */
export interface DeployOptions {
  readonly target?: string;
  readonly manifest?: string;
  readonly json?: boolean;
  readonly 'dry-run'?: boolean;
  readonly 'allow-missing-hosts'?: boolean;
  readonly plan?: string;
  readonly emergency?: boolean;
  readonly reason?: string;
}
