import type { DeploymentHead } from '@polydev/contract';
import type { TargetConfig } from '@polydev/manifest';
import { beforeOf, goneBackFrom, servicePlan, type DeployPlan } from '../deploy/plan';
import type { TargetState } from '../deploy/state';
import { imagePlan } from '../images/plan';
import type { Choice } from './choose';

export interface RollbackPlanInput {
  readonly target: TargetConfig;
  readonly stateDir: string;
  readonly head: Pick<DeploymentHead, 'id' | 'sha' | 'environment'>;
  readonly state: TargetState;
  readonly choice: Choice;
}

/**
 * What a rollback does to a target on one host, as the same data that a deploy writes to the journal: the release is
 * one that is there, nothing is placed, installed or pruned, and no hook runs. Pure.
 */
export const planRollback = ({ target, stateDir, head, state, choice }: RollbackPlanInput): DeployPlan => {
  const info = state.releases.find(({ id }) => id === choice.release)?.info;
  return {
    version: 1,
    target: target.name,
    environment: head.environment,
    stateDir,
    path: target.path,
    deployment: head.id,
    release: choice.release,
    sha: choice.sha ?? '',
    dirty: choice.dirty,
    digest: info?.digest ?? '',
    settings: info?.settings ?? '',
    ...(info?.migrations ? { migrations: info.migrations } : {}),
    before: beforeOf(state, head.id),
    ...(state.targetFile ? { targetFile: state.targetFile } : {}),
    shared: [],
    ...servicePlan(target, state),
    ...(target.healthCheck ? { healthCheck: target.healthCheck } : {}),
    ...imagePlan(target, stateDir),
    ...(target.url ? { url: target.url } : {}),
    prune: [],
    goneBackFrom: goneBackFrom(state, { undid: choice.undid, serves: choice.release }),
    commandTimeoutMs: target.commandTimeoutMs,
    ...(choice.deployment === undefined ? {} : { confirmedBy: choice.deployment }),
  };
};
