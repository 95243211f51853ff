import type { Artifact } from '@polydev/artifact';
import type { TargetFile } from '@polydev/contract';
import type { HostShell } from '@polydev/host';
import type { Report } from '@polydev/reporting';
import type { Transfer } from './context';
import { driftText, isSpoiled } from '../plan/words';
import type { HostLook } from './look';
import type { DeployPlan } from './plan';
import { liveOf } from './reasons';

/** Files changed by hand that are named while it deploys; status and plan have all. */
const NAMED = 200;

/** A host that is ready to be moved: its plan, and what goes over the wire. */
export interface Prepared {
  readonly shell: HostShell;
  readonly plan: DeployPlan;
  readonly transfer: Transfer;
  readonly newSecrets?: readonly string[];
  /** Set when there is nothing to do: this very release is live, as it was placed, and healthy where that is asked. */
  readonly unchanged?: { readonly release: string };
}

export interface PrepareInput {
  readonly shell: HostShell;
  readonly artifact: Artifact;
  /** Of the artifact's list; undefined where nothing is signed. */
  readonly signature: string | undefined;
  readonly look: HostLook;
  readonly report: Report;
}

/** Makes a host ready from what was seen there, and warns of what was changed by hand. */
export const prepareHost = ({ shell, artifact, signature, look, report }: PrepareInput): Prepared => {
  const { plan, comparison, copyFrom, reasons } = look;
  if (comparison.drift.length > 0) {
    const spoiled = isSpoiled(comparison.drift) ? ' No rollback goes back to such files.' : '';
    report({
      kind: 'warning',
      host: shell.host.name,
      text: driftText(comparison.drift, NAMED),
      hint: `These files are not reused; the new release comes whole from the artifact.${spoiled}`,
    });
  }
  const live = liveOf(look.state);
  const transfer: Transfer = {
    artifact,
    send: comparison.send,
    copyFrom,
    drifted: comparison.drift.length > 0,
    ...(signature === undefined ? {} : { signature }),
  };
  const newSecrets = look.secretsPlaced ? undefined : plan.secrets?.names;
  const prepared = { shell, plan, transfer, ...(newSecrets ? { newSecrets } : {}) };
  return { ...prepared, ...(reasons.length === 0 && live ? { unchanged: { release: live.id } } : {}) };
};

/** The target's file of a release that stays, with the commit that was found to be the same. */
export const confirmedFile = (plan: DeployPlan, release: string): TargetFile => ({
  target: plan.target,
  environment: plan.environment,
  path: plan.path,
  ...(plan.healthCheck ? { healthUrl: plan.healthCheck.url } : {}),
  ...(plan.url ? { url: plan.url } : {}),
  ...(plan.goneBackFrom?.length ? { goneBackFrom: plan.goneBackFrom.filter((id) => id !== release) } : {}),
  live: {
    release,
    sha: plan.sha,
    digest: plan.digest,
    dirty: plan.dirty,
    deployment: plan.deployment,
    ...(plan.slots?.from ? { slot: plan.slots.from } : {}),
  },
});
