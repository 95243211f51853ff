import type { Host } from '@polydev/host';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import type { RunState } from '@polydev/runbook';
import { withShells } from '../connect';
import { readState, type TargetState } from '../deploy/state';
import type { OperationContext } from '../operations';
import { whileReopened } from '../record/settle-part';
import { isDecided } from './decision';
import { isUnfinished, recoverRun, type Recovery } from './recover';

export interface MendInput extends OperationContext {
  readonly target: TargetConfig;
  /** `user@machine` of the deployer, for whoever finds the lock held. */
  readonly by: string;
}

/** The run that died on a host, if one did and nobody works on it. Looks only. */
export const deadRun = async (host: Host, { environment, target }: MendInput): Promise<RunState | undefined> => {
  const { lastRun } = await readState(host, environment.stateDir, target);
  return isUnfinished(lastRun) ? lastRun : undefined;
};

/** The state of a target with what is known elsewhere of a dead run: whether it is to be finished. Looks only. */
export const withDecision = async (
  host: Host,
  state: TargetState,
  environment: EnvironmentConfig,
): Promise<TargetState> => {
  const { lastRun } = state;
  if (!isUnfinished(lastRun)) return state;
  return { ...state, lastRun: { ...lastRun, committed: await isDecided(host, lastRun, environment) } };
};

/**
 * Finishes or undoes what a dead run left of a target on a host, and writes into its part of the record how it ended.
 * Returns nothing where there was nothing to do. Throws LOCK_HELD where the run is alive, RUN_STUCK where it cannot.
 */
export const mend = async (host: Host, input: MendInput): Promise<Recovery | undefined> => {
  const { environment, target, by, report, auditor } = input;
  const { stateDir } = environment;
  const found = await deadRun(host, input);
  if (found === undefined) return undefined;
  const head = { id: found.run, by, startedAt: new Date().toISOString() };
  return withShells({ hosts: [host], stateDir, target: target.name, head }, async (shells) => {
    const [shell] = shells;
    // Whoever held the lock until now may have mended it.
    const run = await deadRun(host, input);
    if (shell === undefined || run === undefined) return undefined;
    return whileReopened(shell, stateDir, {
      target,
      deployment: run.run,
      mend: () => recoverRun(shell, run, { environment, report, auditor, by }),
    });
  });
};
