import type { ExecutorContext } from '@nx/devkit';
import type { EnvironmentConfig } from '@polydev/manifest';
import { randomBytes } from 'node:crypto';
import type { DeploymentHead } from '@polydev/contract';
import { type DeploymentRun, newHead, openRun } from './deployment-run';
import { plannedDeploys } from './planned';
import { runVariables } from './run-variables';

export interface TaskRun {
  readonly run: DeploymentRun;
  /** Whether no hook named the run, so that the task is all there is of it. */
  readonly alone: boolean;
}

/** Opens the deployment that a task belongs to; a deploy that no hook precedes makes one of its own. */
export const openTaskRun = (context: ExecutorContext, environment: EnvironmentConfig, target?: string): TaskRun => {
  const { run } = runVariables();
  const all = context.taskGraph === undefined ? [] : plannedDeploys(context.taskGraph, context.projectGraph);
  const planned = run === undefined && target !== undefined ? [target] : all.map((deploy) => deploy.target);
  return {
    alone: run === undefined,
    run: openRun({
      root: context.root,
      run: run ?? `alone-${process.pid}-${randomBytes(4).toString('hex')}`,
      environment: environment.name,
      planned,
      now: new Date(),
    }),
  };
};

/** What the deployment of a run would say of itself, for a task that only looks: nothing is opened, taken or remembered. */
export const previewHead = (context: ExecutorContext, environment: EnvironmentConfig): DeploymentHead => {
  const all = context.taskGraph === undefined ? [] : plannedDeploys(context.taskGraph, context.projectGraph);
  const planned = all.map(({ target }) => target);
  return newHead({ root: context.root, environment: environment.name, planned, now: new Date() }, () => true);
};
