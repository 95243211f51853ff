import type { ExecutorContext } from '@nx/devkit';
import type { DeploymentHead, TargetRecord } from '@polydev/contract';
import type { EnvironmentConfig } from '@polydev/manifest';
import { closeOrLeave } from '../../run/close-run';
import { allSucceeded, claimClosing, type DeploymentRun, noteEnded, noteStarted } from '../../run/deployment-run';
import { openTaskRun } from '../../run/open-task-run';
import type { TaskTools } from '../reporting-errors';

export interface DeployInRunInput extends TaskTools {
  readonly environment: EnvironmentConfig;
  readonly target: { readonly name: string };
  readonly context: ExecutorContext;
}

/**
 * Deploys a target as part of its run's deployment and returns whether it is live. The last of the run to succeed
 * closes the deployment, because a hook's output is lost under Nx's daemon; every other end is the hook's to close.
 */
export const deployInRun = async (
  { environment, target, context, report, signal }: DeployInRunInput,
  deploy: (head: DeploymentHead) => Promise<TargetRecord>,
): Promise<boolean> => {
  const { run, alone } = openTaskRun(context, environment, target.name);
  noteStarted(run, target.name);
  const good = await endsGood(run, target, deploy);
  const closing = { root: context.root, run, graph: context.projectGraph, environment, report, signal };
  if (alone || (allSucceeded(run) && claimClosing(run))) return (await closeOrLeave(closing)) && good;
  return good;
};

const endsGood = async (
  run: DeploymentRun,
  { name }: DeployInRunInput['target'],
  deploy: (head: DeploymentHead) => Promise<TargetRecord>,
): Promise<boolean> => {
  let good = false;
  try {
    const { outcome } = await deploy(run.head);
    good = outcome === 'moved' || outcome === 'unchanged';
  } finally {
    noteEnded(run, name, good);
  }
  return good;
};
