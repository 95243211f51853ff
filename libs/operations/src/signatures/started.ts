import type { Signers } from '@polydev/audit';
import type { Host } from '@polydev/host';
import type { DeployContext } from '../deploy/context';
import { previousOf, type DeployPlan } from '../deploy/plan';
import { assertSigned, isSigned, type StartedRelease } from './assert-signed';

/** Throws where the release that a run is about to start is not what somebody who may signed, if that is asked for. */
export const assertStarts = async ({ plan, shell, signers, transfer }: DeployContext): Promise<void> => {
  const digest = transfer?.artifact.digest;
  if (signers) await assertSigned(shell.host, { ...releaseOf(plan, plan.release), digest }, signers);
};

/**
 * The same for the release that the way back starts. One that was not signed when the run began served without a
 * signature, and does so again: to refuse it would be to let nothing serve.
 */
export const assertBeforeStarts = async ({ plan, shell, signers }: DeployContext): Promise<void> => {
  const before = beforeOf(plan);
  if (signers && plan.signedBefore && before !== undefined)
    await assertSigned(shell.host, releaseOf(plan, before), signers);
};

/** The same plan with whether the release that serves is signed, where that counts. */
export const withSignatureBefore = async (
  host: Host,
  plan: DeployPlan,
  signers: Signers | undefined,
): Promise<DeployPlan> => {
  const before = beforeOf(plan);
  if (signers === undefined || before === undefined) return plan;
  return (await isSigned(host, releaseOf(plan, before), signers)) ? { ...plan, signedBefore: true } : plan;
};

/** What serves: in slots it need not be what stands at the path. */
const beforeOf = (plan: DeployPlan): string | undefined => plan.slots?.serves ?? previousOf(plan);

const releaseOf = ({ stateDir, environment, target }: DeployPlan, release: string): StartedRelease => ({
  stateDir,
  environment,
  target,
  release,
});
