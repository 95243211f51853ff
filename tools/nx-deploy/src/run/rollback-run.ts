import type { ExecutorContext } from '@nx/devkit';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inGraphOrder } from './graph-order';
import { plannedTasks } from './planned';
import { createOnce, runFolder } from './run-folder';
import { runVariables } from './run-variables';

/** The rollbacks of one run of Nx, which one of its tasks does for all, so that they go back as one and in order. */
export interface RollbackRun {
  readonly folder: string;
  /** Name of the run among those of this checkout. */
  readonly name: string;
  /** In graph order. */
  readonly targets: readonly TargetConfig[];
}

/** The rollbacks that a task belongs to; a task that no hook precedes is all there is of its run. */
export const rollbackRun = (
  context: ExecutorContext,
  environment: EnvironmentConfig,
  target: TargetConfig,
): RollbackRun => {
  const { run } = runVariables();
  // A run that also deploys has another folder for that.
  const name = run === undefined ? `alone-${process.pid}-${randomBytes(4).toString('hex')}` : `${run}-rollback`;
  const tasks =
    run === undefined || context.taskGraph === undefined
      ? []
      : plannedTasks(['rollback'], context.taskGraph, context.projectGraph);
  const names = new Set([target.name, ...tasks.map((task) => task.target)]);
  const targets = inGraphOrder(environment.targets, context.projectGraph).filter((one) => names.has(one.name));
  return { folder: runFolder(context.root, name), name, targets };
};

const LEADER = 'leader';

/** Makes this process the one that does the work of a run's rollbacks; false when another is it. */
export const claimLead = ({ folder }: RollbackRun): boolean => createOnce(folder, LEADER, String(process.pid));

/** Whether the process that does the work is there. */
export const leaderLives = ({ folder }: RollbackRun): boolean => {
  const pid = Number(readFileSync(join(folder, LEADER), 'utf8'));
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
