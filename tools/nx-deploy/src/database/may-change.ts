import type { ExecutorContext } from '@nx/devkit';
import type { EnvironmentConfig } from '@polydev/manifest';
import { preflight } from '@polydev/operations';
import { emergencyBegins } from '../access/emergency';
import { askOnBranch } from '../access/on-branch';
import { findingsOnDeployer, inEmergency } from '../access/rules';
import type { TaskTools } from '../executors/reporting-errors';
import { previewHead } from '../run/open-task-run';
import { runVariables } from '../run/run-variables';

export interface MayChangeInput extends TaskTools {
  readonly environment: EnvironmentConfig;
  readonly context: ExecutorContext;
}

/**
 * Whether an environment may be changed from this tree, and the hosts that record it can be reached: what a deploy's
 * preflight finds, for a task that can also only look and so has none before it. Says what stands against it.
 */
export const mayChange = async ({ environment, context, report, signal }: MayChangeInput): Promise<boolean> => {
  const head = previewHead(context, environment);
  const emergency = inEmergency(`${context.projectName}:${context.targetName}`);
  if (emergency) emergencyBegins(environment.name, runVariables().reason).forEach(report);
  const source = { onBranch: await askOnBranch({ root: context.root, sha: head.sha, environment }), emergency };
  const elsewhere = () => findingsOnDeployer(environment, emergency);
  const findings = await preflight({ environment, head, source, targets: [], elsewhere, report, signal });
  return !findings.some(({ level }) => level === 'error');
};
