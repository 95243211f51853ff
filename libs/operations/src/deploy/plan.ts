import { createHash } from 'node:crypto';
import { journalDamaged } from '@polydev/errors';
import type { RunState } from '@polydev/runbook';
import type { Artifact } from '@polydev/artifact';
import type { DeploymentHead, SchemaVersions, TargetFile } from '@polydev/contract';
import type { EnvironmentSecrets, HealthCheckConfig, SharedEntry, TargetConfig } from '@polydev/manifest';
import { imagePlan, type ImagePlan } from '../images/plan';
import { planDependencies, type DependencyPlan } from './dependencies';
import { servicePlan, type ServicePlan } from './plan-service';
import { planSecrets, secretsVersion, type SecretsPlan } from './secrets';
import type { TargetState } from './state';

/** What served before, and how to point at it again. */
export type Before =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'symlink'; readonly link: string; readonly release?: string }
  | { readonly kind: 'directory'; readonly adoptAs: string };

/**
 * What will happen to a target on one host: plain data, computed from the artifact and the host's state, and written
 * to the journal so that another process can finish or undo it. Holds no secret.
 */
export interface DeployPlan extends ServicePlan {
  readonly version: 1;
  readonly target: string;
  readonly environment: string;
  readonly stateDir: string;
  readonly path: string;
  /** Id of the deployment that this is part of. */
  readonly deployment: string;
  /** Id of the release that is to serve: the deployment's own where it is a new one. */
  readonly release: string;
  /** Commit that the release is; empty for a directory that was adopted. */
  readonly sha: string;
  /** Id of the deployment that found it to be that commit, where that was not this one. */
  readonly confirmedBy?: string;
  /** Whether the tree had changes that the SHA does not name. */
  readonly dirty: boolean;
  readonly digest: string;
  /** Hash of the manifest's settings that shape a release beside its artifact. */
  readonly settings: string;
  /** The newest migration of each database that the release depends on. */
  readonly migrations?: SchemaVersions;
  readonly before: Before;
  /**
   * Where it is written whether this run was completed, if it is one of several that go as one: the run whose `committed`
   * entry decides for all. Left out on that one itself.
   */
  readonly decidedBy?: { readonly target: string; readonly host: string };
  /** The target's file as it was. */
  readonly targetFile?: TargetFile;
  readonly dependencies?: DependencyPlan;
  /** Set where rsync brings the files that differ; else they go as one tar stream. */
  readonly sync?: 'rsync';
  readonly shared: readonly SharedEntry[];
  /** Encrypted values that its service is given: their names. */
  readonly secrets?: SecretsPlan;
  readonly buildCommand?: string;
  readonly preDeploy?: string;
  readonly healthCheck?: HealthCheckConfig;
  /** What its health check saw of the release that served, where that was not healthy: nobody can bring back what was not there. */
  readonly unwellBefore?: string;
  /** Whether the release before was signed when the run began: then the way back starts it only if it still is. */
  readonly signedBefore?: true;
  readonly postDeploy?: string;
  /** Set where the target is the agent of a golden image. */
  readonly image?: ImagePlan;
  readonly url?: string;
  /** Ids of releases that go once the new one serves. */
  readonly prune: readonly string[];
  /** Ids of kept releases that were gone back from. */
  readonly goneBackFrom?: readonly string[];
  readonly commandTimeoutMs: number;
}

export interface PlanInput {
  readonly target: TargetConfig;
  readonly stateDir: string;
  readonly artifact: Artifact;
  readonly head: Pick<DeploymentHead, 'id' | 'sha' | 'dirty' | 'environment'>;
  readonly state: TargetState;
  /** Texts of the artifact's files that decide what is installed, by path. */
  readonly packageFiles: ReadonlyMap<string, string>;
  /** See {@link DeployPlan.migrations}. */
  readonly migrations?: SchemaVersions | undefined;
  readonly secrets?: EnvironmentSecrets | undefined;
}

/** Computes the plan. Pure. */
export const planDeploy = (input: PlanInput): DeployPlan => {
  const { target, stateDir, artifact, head, state, packageFiles, migrations } = input;
  const secrets = planSecrets(target, input.secrets, state);
  const dependencies = planDependencies({ target, artifact, state, packageFiles });
  return {
    version: 1,
    target: target.name,
    environment: head.environment,
    stateDir,
    path: target.path,
    deployment: head.id,
    release: head.id,
    sha: head.sha,
    dirty: head.dirty,
    digest: artifact.digest,
    settings: settingsOf(target, input.secrets),
    ...(migrations ? { migrations } : {}),
    before: beforeOf(state, head.id),
    ...(state.targetFile ? { targetFile: state.targetFile } : {}),
    ...(dependencies ? { dependencies } : {}),
    ...(target.sync === 'rsync' ? { sync: target.sync } : {}),
    shared: target.shared,
    ...(secrets ? { secrets } : {}),
    ...(target.build === 'server' && target.buildCommand ? { buildCommand: target.buildCommand } : {}),
    ...(target.preDeploy ? { preDeploy: target.preDeploy } : {}),
    ...servicePlan(target, state),
    ...(target.healthCheck ? { healthCheck: target.healthCheck } : {}),
    ...(target.postDeploy ? { postDeploy: target.postDeploy } : {}),
    ...imagePlan(target, stateDir),
    ...(target.url ? { url: target.url } : {}),
    prune: releasesToPrune(state, target.keep, head.id),
    goneBackFrom: goneBackFrom(state, { serves: head.id }),
    commandTimeoutMs: target.commandTimeoutMs,
  };
};

/** The plan of a run, as its journal has it. Throws JOURNAL_DAMAGED where that is no plan. */
export const planOfRun = ({ run, plan }: Pick<RunState, 'run' | 'plan'>): DeployPlan => {
  const found = plan as Partial<DeployPlan> | null | undefined;
  const texts = [found?.target, found?.path, found?.release, found?.stateDir, found?.before?.kind];
  if (texts.some((text) => typeof text !== 'string')) throw journalDamaged({ deployment: run });
  return found as DeployPlan;
};

/** Two releases of one digest are the same release only if these settings agree too. */
export const settingsOf = (target: TargetConfig, secrets?: EnvironmentSecrets): string => {
  const version = secretsVersion(target, secrets);
  return createHash('sha256')
    .update(
      JSON.stringify([
        target.path,
        target.install,
        target.shared,
        target.build,
        target.buildCommand ?? '',
        // A process has the settings that it was started with.
        ...(target.service ? [target.service] : []),
        ...(version ? [version] : []),
      ]),
    )
    .digest('hex')
    .slice(0, 16);
};

/** Id of the release an adopted directory becomes. */
export const ADOPTED = 'adopted-';

/** What serves on a host, as a plan's way back. */
export const beforeOf = (state: TargetState, deployment: string): Before => {
  const { kind, link, release } = state.path;
  if (kind === 'directory') return { kind, adoptAs: `${ADOPTED}${deployment}` };
  if (kind === 'symlink' && link !== undefined) return { kind, link, ...(release ? { release } : {}) };
  return { kind: 'nothing' };
};

/**
 * The releases beyond `keep`, oldest first to go, but before them those that were gone back from. Never the one that
 * serves now: it is the way back, also when another target fails later. Never an adopted directory.
 */
const releasesToPrune = (state: TargetState, keep: number, own: string): string[] => {
  const bad = new Set(state.targetFile?.goneBackFrom);
  const newestFirst = state.releases
    .map((release) => release.id)
    .filter((id) => id !== own && id !== state.path.release && !id.startsWith(ADOPTED))
    .sort(byBeginning(state.runs))
    .reverse();
  return [...newestFirst.filter((id) => !bad.has(id)), ...newestFirst.filter((id) => bad.has(id))].slice(keep);
};

/** Releases are named after their runs, and the name after a deployer's clock: it counts where the journal knows no better. */
const byBeginning =
  (runs: readonly string[]) =>
  (a: string, b: string): number =>
    runs.lastIndexOf(a) - runs.lastIndexOf(b) || (a < b ? -1 : 1);

/** What the target's file says of releases that were gone back from, once some were and one serves (again). */
export const goneBackFrom = (
  state: TargetState,
  { undid = [], serves }: { readonly undid?: readonly string[]; readonly serves: string },
): readonly string[] => {
  const kept = new Set(state.releases.map(({ id }) => id));
  const all = new Set([...(state.targetFile?.goneBackFrom ?? []), ...undid]);
  return [...all].filter((id) => id !== serves && kept.has(id)).sort();
};

/** The release that served before a plan, where it was one of ours. */
export const previousOf = ({ before }: Pick<DeployPlan, 'before'>): string | undefined =>
  before.kind === 'symlink' ? before.release : undefined;
