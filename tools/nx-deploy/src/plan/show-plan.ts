import type { ExecutorContext } from '@nx/devkit';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import { planEvents, planTarget, type TargetPlan, wouldRefuse } from '@polydev/operations';
import type { TaskTools } from '../executors/reporting-errors';
import { deploysBefore } from '../run/planned';
import { repositoryState } from '../run/repository';
import { runVariables } from '../run/run-variables';
import { changesSinceLive } from './changes';
import { changesEvents } from './changes-output';
import { rememberPlan, tellRun, toldInRun } from './remembered';

export interface ShowPlanInput extends TaskTools {
  readonly environment: EnvironmentConfig;
  readonly target: TargetConfig;
  readonly context: ExecutorContext;
  readonly artifactDirectory: string;
  readonly json: boolean;
}

/** Shows what a deploy of a target would do, and touches nothing; returns whether a deploy would begin. */
export const showPlan = async (input: ShowPlanInput): Promise<boolean> => {
  const { context, target, environment, artifactDirectory, signal, report, json } = input;
  const { root, projectGraph: graph, projectName: project = target.name } = context;
  const head = repositoryState(root);
  const plan = await planTarget({ environment, target, artifactDirectory, head, signal });
  const changes = changesSinceLive({ root, plan, project, graph });
  rememberPlan(root, plan, new Date());
  const before = plansBefore(context, plan);
  if (json) report({ kind: 'result', value: { ...plan, changes } });
  else planEvents(plan, { before, between: changesEvents(plan, changes) }).forEach(report);
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
