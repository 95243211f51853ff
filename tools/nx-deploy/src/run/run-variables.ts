/** How the hook that runs before a run's tasks tells them what only it knows. */
const RUN = 'POLYDEV_RUN';
const CONFIGURATION = 'POLYDEV_ASKED_CONFIGURATION';
const DRY_RUN = 'POLYDEV_DRY_RUN';
const PLAN = 'POLYDEV_PLAN';

export interface RunVariables {
  /** Names the run among those of this checkout; undefined where no hook ran. */
  readonly run: string | undefined;
  /** Configuration that the user asked for, known to the task's target or not. */
  readonly configuration: string | undefined;
  /** Whether everything is to be shown and nothing touched. */
  readonly dryRun: boolean;
  /** Hashes of the only plans that may be carried out, as they were typed. */
  readonly plan: string | undefined;
}

/** Puts a run's variables into the environment that Nx gives to its tasks. Overwrites those of a run around it. */
export const setRunVariables = (variables: RunVariables): void => {
  process.env[RUN] = variables.run ?? '';
  process.env[CONFIGURATION] = variables.configuration ?? '';
  process.env[DRY_RUN] = variables.dryRun ? 'true' : '';
  process.env[PLAN] = variables.plan ?? '';
};

/** The variables of the run that this task belongs to. */
export const runVariables = (): RunVariables => ({
  run: process.env[RUN] || undefined,
  configuration: process.env[CONFIGURATION] || undefined,
  dryRun: process.env[DRY_RUN] === 'true',
  plan: process.env[PLAN] || undefined,
});
