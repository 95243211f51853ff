import type { TargetFile } from '@polydev/contract';
import { mustRun } from '@polydev/host';
import { targetLayout } from '../../layout';
import { program } from '../../programs';
import type { DeployContext } from '../context';
import type { DeployPlan } from '../plan';

/** Says beside the releases what lives where, for programs and people on the host. */
export const recordLive = async ({ plan, shell }: DeployContext): Promise<void> => {
  const file: TargetFile = {
    target: plan.target,
    environment: plan.environment,
    path: plan.path,
    ...(plan.healthCheck ? { healthUrl: plan.healthCheck.url } : {}),
    ...(plan.url ? { url: plan.url } : {}),
    ...(plan.goneBackFrom?.length ? { goneBackFrom: plan.goneBackFrom.filter((id) => !plan.prune.includes(id)) } : {}),
    ...(plan.sha === '' ? {} : { live: liveOf(plan) }),
  };
  await shell.writeFile(targetLayout(plan.stateDir, plan.target).targetFile, `${JSON.stringify(file, null, 2)}\n`);
};

const liveOf = ({ release, sha, digest, dirty, deployment, confirmedBy, slots }: DeployPlan): TargetFile['live'] => ({
  release,
  sha,
  digest,
  dirty,
  deployment: confirmedBy ?? deployment,
  ...(slots ? { slot: slots.to } : {}),
});

export const recordPrevious = async ({ plan, shell }: DeployContext): Promise<void> => {
  const { targetFile } = targetLayout(plan.stateDir, plan.target);
  // Removed first: whatever kept the step from writing there must not keep the way back from it.
  await mustRun(shell, ['rm', '-rf', '--', targetFile]);
  if (plan.targetFile) await shell.writeFile(targetFile, `${JSON.stringify(plan.targetFile, null, 2)}\n`);
};

export const pruneSkipped = ({ plan }: DeployContext) =>
  plan.prune.length === 0 && plan.dependencies?.reuse !== false ? 'nothing beyond `keep`' : undefined;

export const prune = async ({ plan, shell }: DeployContext): Promise<string> => {
  await mustRun(shell, program('prune', targetLayout(plan.stateDir, plan.target).home, ...plan.prune));
  return plan.prune.length === 0 ? 'no release' : plan.prune.join(', ');
};
