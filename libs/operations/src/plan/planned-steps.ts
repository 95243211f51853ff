import type { DeployContext } from '../deploy/context';
import { deployRunbook } from '../deploy/deploy';
import type { DeployPlan } from '../deploy/plan';
import type { PlannedSteps } from './target-plan';

export interface Around {
  /** Whether a release of ours serves. */
  readonly live: boolean;
  /** What a directory at the path holds beside the artifact. */
  readonly beside?: readonly string[] | undefined;
}

/** What the steps of a deploy will do. Pure. */
export const plannedSteps = (plan: DeployPlan, { live, beside = [] }: Around): PlannedSteps => {
  const { before, dependencies, buildCommand, preDeploy, restart, healthCheck, postDeploy } = plan;
  const shared = plan.shared.map(({ path }) => path);
  const holdsShared = (entry: string) => shared.some((path) => path === entry || path.startsWith(`${entry}/`));
  return {
    run: stepsThatRun(plan),
    sync: plan.sync ?? 'content',
    ...(dependencies
      ? { install: { command: dependencies.command, reuse: dependencies.reuse, key: dependencies.key } }
      : {}),
    ...(before.kind === 'directory'
      ? { adopt: { move: beside.filter(holdsShared), leave: beside.filter((entry) => !holdsShared(entry)) } }
      : {}),
    ...(before.kind === 'symlink' && !live ? { replaces: before.link } : {}),
    shared: plan.shared,
    ...(plan.secrets ? { secrets: plan.secrets.names } : {}),
    ...(buildCommand ? { build: buildCommand } : {}),
    ...(preDeploy ? { preDeploy } : {}),
    ...(restart ? { restart } : {}),
    ...(plan.slots ? { slots: plan.slots } : {}),
    ...(healthCheck ? { healthCheck: healthCheck.url } : {}),
    ...(postDeploy ? { postDeploy } : {}),
  };
};

/** Asked of the runbook itself, so that a plan and its deploy cannot disagree. Steps decide by the plan alone. */
const stepsThatRun = (plan: DeployPlan): readonly string[] => {
  const { steps, cleanup } = deployRunbook(plan);
  return [...steps, ...cleanup]
    .filter(({ skip }) => skip?.({ plan } as DeployContext) === undefined)
    .map(({ name }) => name);
};
