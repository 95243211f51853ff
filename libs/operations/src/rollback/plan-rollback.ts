import type { DeploymentHead } from '@polydev/contract';
import type { EnvironmentSecrets, TargetConfig } from '@polydev/manifest';
import { beforeOf, goneBackFrom, type DeployPlan } from '../deploy/plan';
import { servicePlan } from '../deploy/plan-service';
import type { TargetState } from '../deploy/state';
import { planSecrets } from '../deploy/secrets';
import { imagePlan } from '../images/plan';
import type { Choice } from './choose';

export interface RollbackPlanInput {
  readonly target: TargetConfig;
  readonly stateDir: string;
  readonly head: Pick<DeploymentHead, 'id' | 'sha' | 'environment'>;
  readonly state: TargetState;
  readonly choice: Choice;
  /** The environment's encrypted values, as far as they are known. */
  readonly secrets?: EnvironmentSecrets | undefined;
}

/**
 * What a rollback does to a target on one host, as the same data that a deploy writes to the journal: the release is
 * one that is there, nothing is placed, installed or pruned, and no hook runs. Pure.
 */
export const planRollback = (input: RollbackPlanInput): DeployPlan => {
  const { target, stateDir, head, state, choice } = input;
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
    ...secretsOfRollback(input),
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

/**
 * A release that is gone back to gets the values of now, not those of its time: a value that was changed is no good any
 * more. Where they are not all known, those on the host stay.
 */
const secretsOfRollback = ({ target, state, secrets }: RollbackPlanInput): Pick<DeployPlan, 'secrets'> => {
  const known = new Set(secrets?.values && secrets.names.map(({ name }) => name));
  if (!target.secrets?.every((name) => known.has(name))) return {};
  const plan = planSecrets(target, secrets, state);
  return plan ? { secrets: plan } : {};
};
