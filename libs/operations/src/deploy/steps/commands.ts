import { mustRun, redacted } from '@polydev/host';
import { targetLayout } from '../../layout';
import type { DeployContext } from '../context';
import { previousOf, type DeployPlan } from '../plan';

export const buildSkipped = ({ plan }: DeployContext) => (plan.buildCommand ? undefined : 'built before it was sent');
export const preDeploySkipped = ({ plan }: DeployContext) => (plan.preDeploy ? undefined : 'no hook');
export const postDeploySkipped = ({ plan }: DeployContext) => (plan.postDeploy ? undefined : 'no hook');

/** Builds in the release's own directory, before anything points at it. */
export const buildOnServer = async (context: DeployContext): Promise<string> =>
  runInRelease(context, context.plan.buildCommand ?? '', { keepLock: true });

export const runPreDeploy = async (context: DeployContext): Promise<string> =>
  runInRelease(context, context.plan.preDeploy ?? '', { keepLock: false });

export const runPostDeploy = async (context: DeployContext): Promise<string> =>
  runInRelease(context, context.plan.postDeploy ?? '', { keepLock: false });

/**
 * A command of the manifest's, word for word through the host's shell, in the release's directory. Hooks give up the
 * lock's descriptor: they may leave a daemon behind, which must not hold the lock for ever.
 */
const runInRelease = async (
  { plan, shell, signal }: DeployContext,
  command: string,
  { keepLock }: { readonly keepLock: boolean },
): Promise<string> => {
  const cwd = targetLayout(plan.stateDir, plan.target).release(plan.release);
  const result = await mustRun(shell, ['sh', '-c', command], {
    cwd,
    env: hookEnvironment(plan),
    keepLock,
    signal,
    timeoutMs: plan.commandTimeoutMs,
  });
  return redacted(result, shell.host).stdout.trim().split('\n').at(-1) ?? '';
};

/** The same for a command that makes what served before serve again. */
export const previousEnvironment = (plan: DeployPlan): Record<string, string> => ({
  ...hookEnvironment(plan),
  DEPLOY_RELEASE: previousOf(plan) ?? '',
  DEPLOY_SHA: plan.targetFile?.live?.sha ?? '',
  DEPLOY_DIGEST: plan.targetFile?.live?.digest ?? '',
});

/** What a command of the manifest's is told about the deployment it is part of. */
export const hookEnvironment = (plan: DeployPlan): Record<string, string> => ({
  DEPLOY_TARGET: plan.target,
  DEPLOY_ENVIRONMENT: plan.environment,
  DEPLOY_RELEASE: plan.release,
  DEPLOY_SHA: plan.sha,
  DEPLOY_DIGEST: plan.digest,
  DEPLOY_PATH: plan.path,
  ...(plan.image ? { GOLDEN_IMAGE_SETTINGS: plan.image.settings, GOLDEN_IMAGE_REBUILD: plan.image.rebuild } : {}),
});
