import type { Artifact } from '@polydev/artifact';
import type { DeploymentHead } from '@polydev/contract';
import type { EnvironmentConfig, HostConfig, TargetConfig } from '@polydev/manifest';
import type { HostLook } from '../deploy/look';
import { settingsOf } from '../deploy/plan';
import { liveOf } from '../deploy/reasons';
import { liveCommit } from './foresee';
import { planHash } from './hash';
import { plannedSteps } from './planned-steps';
import type {
  Amount,
  FileChanges,
  HostPlan,
  LiveRelease,
  PlannedMend,
  PlannedRules,
  Refusal,
  TargetPlan,
} from './target-plan';

/** A host as it was found for a plan. */
export interface HostFacts {
  readonly look: HostLook;
  readonly mend?: PlannedMend;
  readonly lock?: NonNullable<HostPlan['lock']>;
  /** What a directory at the path holds beside the artifact. */
  readonly beside?: readonly string[];
}

export interface ComposeInput {
  readonly environment: Pick<EnvironmentConfig, 'name' | 'hosts' | 'secrets'>;
  readonly target: TargetConfig;
  readonly artifact: Artifact;
  readonly head: Pick<DeploymentHead, 'sha' | 'dirty'>;
  readonly hosts: readonly HostFacts[];
  /** What stands against it whatever the hosts are like; asked only for a plan that is shown. */
  readonly refusals?: readonly Refusal[];
}

/** Puts together what a deploy would do. Pure. */
export const composePlan = ({
  environment,
  target,
  artifact,
  head,
  hosts,
  refusals = [],
}: ComposeInput): TargetPlan => {
  const plan: Omit<TargetPlan, 'hash'> = {
    version: 2,
    target: target.name,
    environment: environment.name,
    path: target.path,
    sha: head.sha,
    dirty: head.dirty,
    digest: artifact.digest,
    settings: settingsOf(target, environment.secrets),
    rules: rulesOf(target),
    refusals: refusals.map(plainRefusal),
    artifact: amountOf(artifact, artifact.entries.keys()),
    hosts: hosts.map((host) => ({ ...hostPlan(artifact, host), address: addressOf(environment, host) })),
  };
  return { ...plan, hash: planHash(plan) };
};

const hostPlan = (artifact: Artifact, { look, mend, lock, beside }: HostFacts): Omit<HostPlan, 'address'> => {
  const { host, state, plan, comparison, reasons, refusals } = look;
  const live = liveRelease(state);
  const send = amountOf(artifact, comparison.send);
  const all = amountOf(artifact, artifact.entries.keys());
  return {
    host: host.name,
    action: refusals.length > 0 ? 'refuse' : reasons.length > 0 ? 'deploy' : 'nothing',
    reasons,
    refusals: refusals.map(plainRefusal),
    ...(live ? { live } : {}),
    files: fileChanges(artifact, look),
    send,
    reuse: { files: all.files - send.files, bytes: all.bytes - send.bytes },
    drift: comparison.drift,
    steps: plannedSteps(plan, { live: live !== undefined, beside }),
    prune: plan.prune,
    ...(plan.goneBackFrom?.length ? { goneBackFrom: plan.goneBackFrom } : {}),
    ...(mend ? { mend } : {}),
    ...(lock ? { lock } : {}),
  };
};

const plainRefusal = ({ code, message, hint }: Refusal): Refusal => ({ code, message, hint });

const rulesOf = ({
  keep,
  strategy,
  rollbackOnFailure,
  commandTimeoutMs,
  url,
  healthCheck,
  traffic,
  goldenImage,
  drop,
}: TargetConfig): PlannedRules => ({
  keep,
  strategy,
  rollbackOnFailure,
  commandTimeoutMs,
  ...(url ? { url } : {}),
  ...(healthCheck ? { healthCheck } : {}),
  ...(traffic ? { traffic } : {}),
  ...(goldenImage ? { goldenImage } : {}),
  ...(drop.length > 0 ? { drop } : {}),
});

const addressOf = ({ hosts }: Pick<EnvironmentConfig, 'hosts'>, { look }: HostFacts): string => {
  const config: Pick<HostConfig, 'address' | 'user' | 'port'> =
    hosts.find(({ name }) => name === look.host.name) ?? look.host;
  const { address, user, port } = config;
  return `${user ? `${user}@` : ''}${address}${port ? `:${port}` : ''}`;
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
