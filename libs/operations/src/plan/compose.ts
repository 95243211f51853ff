import type { Artifact } from '@polydev/artifact';
import type { DeploymentHead } from '@polydev/contract';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import type { HostLook } from '../deploy/look';
import { settingsOf, type DeployPlan } from '../deploy/plan';
import { liveOf } from '../deploy/reasons';
import { liveCommit } from './foresee';
import { planHash } from './hash';
import type { Amount, FileChanges, HostPlan, LiveRelease, PlannedMend, PlannedSteps, TargetPlan } from './target-plan';

/** A host as it was found for a plan. */
export interface HostFacts {
  readonly look: HostLook;
  readonly mend?: PlannedMend;
  readonly lock?: NonNullable<HostPlan['lock']>;
  /** What a directory at the path holds beside the artifact. */
  readonly beside?: readonly string[];
}

export interface ComposeInput {
  readonly environment: Pick<EnvironmentConfig, 'name'>;
  readonly target: TargetConfig;
  readonly artifact: Artifact;
  readonly head: Pick<DeploymentHead, 'sha' | 'dirty'>;
  readonly hosts: readonly HostFacts[];
}

/** Puts together what a deploy would do. Pure. */
export const composePlan = ({ environment, target, artifact, head, hosts }: ComposeInput): TargetPlan => {
  const plan: Omit<TargetPlan, 'hash'> = {
    version: 1,
    target: target.name,
    environment: environment.name,
    path: target.path,
    sha: head.sha,
    dirty: head.dirty,
    digest: artifact.digest,
    settings: settingsOf(target),
    artifact: amountOf(artifact, artifact.entries.keys()),
    hosts: hosts.map((host) => hostPlan(artifact, host)),
  };
  return { ...plan, hash: planHash(plan) };
};

const hostPlan = (artifact: Artifact, { look, mend, lock, beside }: HostFacts): HostPlan => {
  const { host, state, plan, comparison, reasons, refusals } = look;
  const live = liveRelease(state);
  const send = amountOf(artifact, comparison.send);
  const all = amountOf(artifact, artifact.entries.keys());
  return {
    host: host.name,
    action: refusals.length > 0 ? 'refuse' : reasons.length > 0 ? 'deploy' : 'nothing',
    reasons,
    refusals: refusals.map(({ code, message, hint }) => ({ code, message, hint })),
    ...(live ? { live } : {}),
    files: fileChanges(artifact, look),
    send,
    reuse: { files: all.files - send.files, bytes: all.bytes - send.bytes },
    drift: comparison.drift,
    steps: plannedSteps(plan, beside),
    prune: plan.prune,
    ...(mend ? { mend } : {}),
    ...(lock ? { lock } : {}),
  };
};

const liveRelease = (state: HostLook['state']): LiveRelease | undefined => {
  const live = liveOf(state);
  if (live === undefined) return undefined;
  return { release: live.id, ...liveCommit(state), ...(live.info ? { digest: live.info.digest } : {}) };
};

const amountOf = ({ entries }: Artifact, indexes: Iterable<number>): Amount => {
  const sizes = [...indexes].flatMap((index) => {
    const entry = entries[index];
    return entry?.type === 'file' ? [entry.size] : [];
  });
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
};

const fileChanges = ({ entries }: Artifact, { comparison }: HostLook): FileChanges => {
  const named = (index: number) => {
    const entry = entries[index];
    return { path: entry?.path ?? '', size: entry?.type === 'file' ? entry.size : 0 };
  };
  return {
    added: comparison.added.map(named),
    changed: comparison.changed.map((index, position) => ({
      ...named(index),
      before: comparison.sizeBefore[position] ?? 0,
    })),
    removed: comparison.removed,
  };
};

const plannedSteps = (plan: DeployPlan, beside: readonly string[] = []): PlannedSteps => {
  const { dependencies, buildCommand, preDeploy, restart, healthCheck, postDeploy } = plan;
  const shared = plan.shared.map(({ path }) => path);
  const holdsShared = (entry: string) => shared.some((path) => path === entry || path.startsWith(`${entry}/`));
  return {
    sync: plan.sync ?? 'content',
    ...(dependencies
      ? { install: { command: dependencies.command, reuse: dependencies.reuse, key: dependencies.key } }
      : {}),
    ...(plan.before.kind === 'directory'
      ? { adopt: { move: beside.filter(holdsShared), leave: beside.filter((entry) => !holdsShared(entry)) } }
      : {}),
    shared: plan.shared,
    ...(buildCommand ? { build: buildCommand } : {}),
    ...(preDeploy ? { preDeploy } : {}),
    ...(restart ? { restart } : {}),
    ...(healthCheck ? { healthCheck: healthCheck.url } : {}),
    ...(postDeploy ? { postDeploy } : {}),
  };
};
