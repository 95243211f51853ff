import { checkApproval, deploymentPlanHash, reviewerOnGitHub, roleOfSigner, type Signers } from '@polydev/audit';
import type { EnvironmentConfig } from '@polydev/manifest';
import { planFacts, type GivenApproval, type TargetPlan } from '@polydev/operations';
import { runVariables } from '../run/run-variables';
import { approvalFile, readApproval } from './approval-file';
import { actorsOfRun, type Env, peopleOf, whoDeploys } from './who';

const HOUR_MS = 3_600_000;

/** What a plan decides, whole: what somebody approves is all of it. */
export interface PlanDecisions {
  readonly target: string;
  readonly environment: string;
  readonly decides: unknown;
}

/** The whole hash of a target's plan, which an approval names. Pure. */
export const approvalHash = (plan: PlanDecisions): string => deploymentPlanHash([plan]);

/** What the plan of a target decides. Pure. */
export const decisionsOf = (plan: TargetPlan): PlanDecisions => ({
  target: plan.target,
  environment: plan.environment,
  decides: planFacts(plan),
});

export interface ApprovalInput {
  readonly root: string;
  readonly environment: EnvironmentConfig;
  readonly env?: Env;
}

/**
 * The approval of a plan, for record and audit log: a reviewer of GitHub's environment where the run is in GitHub Actions and was let
 * pass there, else the signer of the approval that lies in the workspace. Throws what `checkApproval` throws.
 */
export const approverOf = async (
  plan: PlanDecisions,
  { root, environment, env = process.env }: ApprovalInput,
): Promise<GivenApproval> => {
  const { name, approval } = environment;
  const hash = approvalHash(plan);
  const reviewer = await reviewerOf(environment, env);
  if (reviewer !== undefined) return { name: `${reviewer} (review on GitHub)`, plan: hash };
  const text = await readApproval(root, approvalFile(name, plan.target));
  const people = await peopleOf(environment);
  const approved = await checkApproval({
    text,
    environment: name,
    target: plan.target,
    plan: hash,
    now: new Date(),
    // Without an approval there is nobody it could be compared with.
    deployer: text === undefined ? {} : await whoDeploys(environment, hash, env),
    approvers: approversAmong(people, environment),
    people,
    longestHours: (approval?.validForMs ?? 0) / HOUR_MS,
  });
  return { name: approved.name, key: approved.key, plan: hash };
};

/** Asks for the approval of a plan, where an environment wants one and it is no emergency. */
export const approvalWanted = <Plan>(
  input: ApprovalInput,
  decisions: (plan: Plan) => PlanDecisions,
): { readonly approval?: (plan: Plan) => Promise<GivenApproval> } =>
  input.environment.approval === undefined || runVariables().emergency
    ? {}
    : { approval: (plan) => approverOf(decisions(plan), input) };

/** Where there are roles, maintainers approve; else everybody whose key is known. */
const approversAmong = (people: Signers, { roles }: Pick<EnvironmentConfig, 'roles'>): Signers =>
  roles === undefined
    ? people
    : { ...people, all: people.all.filter((signer) => roleOfSigner(signer, roles) === 'maintainer') };

const reviewerOf = async ({ name }: EnvironmentConfig, env: Env): Promise<string | undefined> => {
  const deployers = actorsOfRun(env);
  const { GITHUB_RUN_ID: run, GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository } = env;
  if (deployers.length === 0 || !run || !token || !repository) return undefined;
  const api = env['GITHUB_API_URL'] || 'https://api.github.com';
  return reviewerOnGitHub({ api, repository, run, token, environments: [name, `${name}-approval`], deployers });
};
