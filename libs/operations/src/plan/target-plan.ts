import type { SlotsPlan } from '../deploy/plan-service';
import type { SharedEntry, TargetConfig } from '@polydev/manifest';
import type { Drift } from '../deploy/drift';
import type { Reason } from '../deploy/reasons';

/** Stands in a plan for the id that a deployment gets when it begins. */
export const NEW_DEPLOYMENT = '<deployment>';

/** What a deploy would do to a target in an environment: plain data, from the artifact and the state its hosts are in. */
export interface TargetPlan {
  readonly version: 2;
  /** `p` and 12 hex digits, of all that decides; the same for the same world, whoever asks and when. */
  readonly hash: string;
  readonly target: string;
  readonly environment: string;
  /** Symlink that points at the live release. */
  readonly path: string;
  readonly sha: string;
  readonly dirty: boolean;
  readonly digest: string;
  /** Hash of the manifest's settings that shape a release beside its artifact. */
  readonly settings: string;
  readonly rules: PlannedRules;
  /** Why preflight would let nothing of it begin, whatever its hosts are like; no part of the hash, as the commit is none. */
  readonly refusals: readonly Refusal[];
  readonly artifact: Amount;
  readonly hosts: readonly HostPlan[];
}

export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Settings of the manifest that decide how a deploy goes and ends, beside its commands. */
export type PlannedRules = Pick<
  TargetConfig,
  'keep' | 'strategy' | 'rollbackOnFailure' | 'commandTimeoutMs' | 'url' | 'healthCheck' | 'traffic' | 'goldenImage'
> & {
  /** What an adopted directory may lose; undefined = nothing. */
  readonly drop?: readonly string[];
};

/** What a deploy would do on one host. */
export interface HostPlan {
  readonly host: string;
  /** Where that name leads: `[user@]address[:port]`. */
  readonly address: string;
  /** `refuse`: it would end before anything is touched, for the reasons in `refusals`. */
  readonly action: 'deploy' | 'nothing' | 'refuse';
  /** Why there is something to do; empty where there is not. */
  readonly reasons: readonly Reason[];
  readonly refusals: readonly Refusal[];
  /** What serves when the deploy begins, and what a rollback would go back to after it. */
  readonly live?: LiveRelease;
  readonly files: FileChanges;
  readonly send: Amount;
  /** Copied on the host from what serves there. */
  readonly reuse: Amount;
  /** Files of the live release that are not as they were deployed; none of them is reused. */
  readonly drift: readonly Drift[];
  readonly steps: PlannedSteps;
  /** Ids of releases that go once the new one serves. */
  readonly prune: readonly string[];
  /** Ids of kept releases that somebody went back from: to deploy the same once more is not the same deploy. */
  readonly goneBackFrom?: readonly string[];
  /** A run that died here and would be put right first. */
  readonly mend?: PlannedMend;
  /** Who holds the target's lock at this moment; a deploy would not begin. */
  readonly lock?: { readonly by?: string; readonly since?: string; readonly deployment?: string };
}

export interface LiveRelease {
  readonly release: string;
  /** Newest commit that was found to be this release; undefined for an adopted directory. */
  readonly sha?: string;
  readonly dirty?: boolean;
  /** Deployment that found it so. */
  readonly deployment?: string;
  readonly digest?: string;
}

/** Sizes in bytes. */
export interface FileChanges {
  readonly added: readonly { readonly path: string; readonly size: number }[];
  readonly changed: readonly { readonly path: string; readonly size: number; readonly before: number }[];
  readonly removed: readonly { readonly path: string; readonly size: number }[];
}

export interface PlannedSteps {
  /** Names of the steps that run, of the runbook's own, in their order. */
  readonly run: readonly string[];
  /** How files are sent; rsync sends less than whole files where a part of one differs. */
  readonly sync: 'content' | 'rsync';
  readonly install?: { readonly command: string; readonly reuse: boolean; readonly key: string };
  /** A directory at the path becomes a release. */
  readonly adopt?: {
    /** Entries that move to where they are shared. */
    readonly move: readonly string[];
    /** Entries that stay behind in the adopted release. */
    readonly leave: readonly string[];
  };
  /** Text of a symlink at the path that leads to no release of ours; it is replaced. */
  readonly replaces?: string;
  readonly shared: readonly SharedEntry[];
  /** Names of the encrypted values that are placed; empty where those that are there go. */
  readonly secrets?: readonly string[];
  readonly build?: string;
  readonly preDeploy?: string;
  readonly restart?: string;
  /** How the release starts beside the one that serves, and how traffic moves. */
  readonly slots?: SlotsPlan;
  readonly healthCheck?: string;
  readonly postDeploy?: string;
}

export interface PlannedMend {
  readonly deployment: string;
  /** The runbook that it followed. */
  readonly runbook: string;
  readonly how: 'finished' | 'undone';
  /** Whether taking it back failed before. */
  readonly stuck: boolean;
}

/** Whether a deploy would end before anything is touched. */
export const wouldRefuse = ({ hosts, refusals }: Pick<TargetPlan, 'hosts' | 'refusals'>): boolean =>
  refusals.length > 0 || hosts.some(({ action }) => action === 'refuse');

/** Whether a deploy would do nothing anywhere. */
export const isNoOp = ({ hosts }: Pick<TargetPlan, 'hosts'>): boolean =>
  hosts.every(({ action, mend }) => action === 'nothing' && mend === undefined);
