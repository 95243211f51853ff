import { readFileSync } from 'node:fs';
import { type AskedRun, askedRun } from './asked';

/** How the hook that runs before a run's tasks tells them what only it knows. */
const RUN = 'POLYDEV_RUN';
const CONFIGURATION = 'POLYDEV_ASKED_CONFIGURATION';
const DRY_RUN = 'POLYDEV_DRY_RUN';
const ALLOW_MISSING_HOSTS = 'POLYDEV_ALLOW_MISSING_HOSTS';
const PLAN = 'POLYDEV_PLAN';
const EMERGENCY = 'POLYDEV_EMERGENCY';
const REASON = 'POLYDEV_REASON';

export interface RunVariables {
  /** Names the run among those of this checkout; undefined where no hook ran. */
  readonly run: string | undefined;
  /** Configuration that the user asked for, known to the task's target or not. */
  readonly configuration: string | undefined;
  /** Whether everything is to be shown and nothing touched. */
  readonly dryRun: boolean;
  /** Whether hosts that cannot be reached are left out. */
  readonly allowMissingHosts: boolean;
  /** Hashes of the only plans that may be carried out, as they were typed. */
  readonly plan: string | undefined;
  /** Whether the environment's rules are put aside (`--emergency`). */
  readonly emergency: boolean;
  /** Why the run happens, in the words of whoever typed it. */
  readonly reason: string | undefined;
}

/** Puts a run's variables into the environment that Nx gives to its tasks. Overwrites those of a run around it. */
export const setRunVariables = (variables: RunVariables, environment = process.env): void => {
  environment[RUN] = variables.run ?? '';
  environment[CONFIGURATION] = variables.configuration ?? '';
  environment[DRY_RUN] = variables.dryRun ? 'true' : '';
  environment[ALLOW_MISSING_HOSTS] = variables.allowMissingHosts ? 'true' : '';
  environment[PLAN] = variables.plan ?? '';
  environment[EMERGENCY] = variables.emergency ? 'true' : '';
  environment[REASON] = variables.reason ?? '';
};

/** The variables of the run that this task belongs to. */
export const runVariables = (): RunVariables => {
  const run = process.env[RUN] || undefined;
  // Whatever kept the hook from naming the run: what must not be touched is not touched.
  const typed = run === undefined ? typedToParent() : undefined;
  return {
    run,
    configuration: process.env[CONFIGURATION] || typed?.configuration,
    dryRun: process.env[DRY_RUN] === 'true' || typed?.dryRun === true,
    allowMissingHosts: process.env[ALLOW_MISSING_HOSTS] === 'true' || typed?.allowMissingHosts === true,
    plan: process.env[PLAN] || typed?.plan,
    // Only what was typed to this very run: rules are not put aside by a variable that was left over somewhere.
    emergency: run === undefined ? typed?.emergency === true : process.env[EMERGENCY] === 'true',
    reason: process.env[REASON] || typed?.reason,
  };
};

/** What was typed to the Nx that started this task, as Linux tells it (proc(5), `/proc/<pid>/cmdline`). */
const typedToParent = (): AskedRun | undefined => {
  try {
    const argv = readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return askedRun(argv.slice(2));
  } catch {
    return undefined;
  }
};
