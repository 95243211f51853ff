import type { ExecutorContext } from '@nx/devkit';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import { isNoOp, planEvents, planTarget, type TargetPlan, wouldRefuse } from '@polydev/operations';
import { decisionsOf } from '../access/approval';
import { askOnBranch } from '../access/on-branch';
import { approvalNote, approvalResult } from '../access/plan-approval';
import type { TaskToolsWithSecrets } from '../executors/reporting-errors';
import { deploysBefore } from '../run/planned';
import { repositoryState } from '../run/repository';
import { runVariables } from '../run/run-variables';
import { withSecretsForPlan } from '../secrets/environment-secrets';
import { changesSinceLive } from './changes';
import { changesEvents } from './changes-output';
import { rememberPlan, tellRun, toldInRun } from './remembered';

export interface ShowPlanInput extends TaskToolsWithSecrets {
  readonly environment: EnvironmentConfig;
  readonly target: TargetConfig;
  readonly context: ExecutorContext;
  readonly artifactDirectory: string;
  readonly json: boolean;
}

/** Shows what a deploy of a target would do, and touches nothing; returns whether a deploy would begin. */
export const showPlan = async (input: ShowPlanInput): Promise<boolean> => {
  const { context, environment, target, artifactDirectory, signal, report, json } = input;
  const { root, projectGraph: graph, projectName: project = target.name } = context;
  const head = repositoryState(root);
  const secrets = await withSecretsForPlan({ ...input, targets: [target], root });
  const source = { onBranch: await askOnBranch({ root, sha: head.sha, environment }) };
  const plan = await planTarget({ ...secrets, target, artifactDirectory, head, source, signal });
  const changes = changesSinceLive({ root, plan, project, graph });
  rememberPlan(root, plan, new Date());
  const before = plansBefore(context, plan);
  const approval = isNoOp(plan) ? undefined : approvalResult(decisionsOf(plan), environment);
  if (json) report({ kind: 'result', value: { ...plan, changes, ...approval } });
  else {
    planEvents(plan, { before, between: changesEvents(plan, changes) }).forEach(report);
    approvalNote(approval, { project, environment }).forEach(report);
  }
  return !wouldRefuse(plan);
};

/** What the deploys that come before this one in a dry run have shown: Nx hides the output of tasks nobody typed. */
const plansBefore = ({ root, taskGraph, projectGraph, ...task }: ExecutorContext, own: TargetPlan) => {
  const { run } = runVariables();
  if (run === undefined || taskGraph === undefined) return [];
  tellRun(root, run, own);
  const id = Object.values(taskGraph.tasks).find(
    ({ target }) => target.project === task.projectName && target.target === task.targetName,
  )?.id;
  return deploysBefore(id ?? '', taskGraph, projectGraph).flatMap(({ target }) => toldInRun(root, run, target) ?? []);
};
