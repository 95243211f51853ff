import { RELEASE_FILE, type TargetFile } from '@polydev/contract';
import type { Artifact } from '@polydev/artifact';
import type { HostShell } from '@polydev/host';
import { probe } from '../health/probe';
import { targetLayout } from '../layout';
import type { DeployInput } from '../operations';
import { program } from '../programs';
import type { Transfer } from './context';
import { planDeploy, type DeployPlan } from './plan';
import { answerOf, type TargetState } from './state';

/** What the live tree already has of an artifact, and where it differs from its own list. */
export interface Comparison {
  readonly send: readonly number[];
  readonly added: readonly number[];
  readonly changed: readonly number[];
  readonly removed: readonly string[];
  readonly drift: readonly { readonly kind: 'changed' | 'missing' | 'extra'; readonly path: string }[];
}

/** A host that is ready to be moved: its plan, and what goes over the wire. */
export interface Prepared {
  readonly shell: HostShell;
  readonly plan: DeployPlan;
  readonly transfer: Transfer;
  /** Set when there is nothing to do: this very release is live, healthy, and as it was placed. */
  readonly unchanged?: { readonly release: string };
}

export interface PrepareInput extends DeployInput {
  readonly shell: HostShell;
  readonly artifact: Artifact;
  readonly packageFiles: ReadonlyMap<string, string>;
  readonly state: TargetState;
}

/** Plans one host: looks at what serves there, file by file, and decides whether there is anything to do. */
export const prepareHost = async (input: PrepareInput): Promise<Prepared> => {
  const { shell, artifact, state, target, environment, head, packageFiles, report } = input;
  const plan = planDeploy({ target, stateDir: environment.stateDir, artifact, head, state, packageFiles });
  const tree = liveTree(plan, state);
  const comparison = await compare(shell, artifact, { tree, ours: oursIn(plan) });
  const drift = target.build === 'server' ? comparison.drift.filter(({ kind }) => kind !== 'extra') : comparison.drift;
  if (drift.length > 0) {
    const files = drift.map(({ kind, path }) => `${kind} ${path}`).join(', ');
    report({
      kind: 'warning',
      host: shell.host.name,
      text: `The live release was changed by hand: ${files}.`,
      hint: 'These files are not reused; the new release comes whole from the artifact.',
    });
  }
  const transfer: Transfer = { artifact, send: comparison.send, copyFrom: tree?.directory };
  const release = await unchangedRelease(input, plan, drift.length > 0);
  return { shell, plan, transfer, ...(release === undefined ? {} : { unchanged: { release } }) };
};

/** The tree that serves now, and its list (empty where it has none). */
interface Tree {
  readonly directory: string;
  readonly list: string;
}

const liveTree = (plan: DeployPlan, state: TargetState): Tree | undefined => {
  const layout = targetLayout(plan.stateDir, plan.target);
  if (plan.before.kind === 'directory') return { directory: plan.path, list: '' };
  const live = state.releases.find(({ id }) => id === state.path.release);
  return live && { directory: layout.release(live.id), list: live.hasList ? layout.list(live.id) : '' };
};

/** What the deployer itself puts into a release beside the artifact. */
export const oursIn = (plan: Pick<DeployPlan, 'shared' | 'dependencies'>): string[] => [
  RELEASE_FILE,
  'node_modules',
  ...plan.shared.map(({ path }) => path),
];

const compare = (
  { host }: HostShell,
  artifact: Artifact,
  { tree, ours }: { readonly tree: Tree | undefined; readonly ours: readonly string[] },
): Promise<Comparison> => {
  const command = program('compare', tree?.directory ?? '', tree?.list ?? '', ...ours);
  return answerOf<Comparison>(host, host.exec(command, { stdin: artifact.list }));
};

/** Id of the live release when deploying would change nothing. */
const unchangedRelease = async (
  input: PrepareInput,
  plan: DeployPlan,
  drifted: boolean,
): Promise<string | undefined> => {
  const { state, shell, target, signal } = input;
  const live = state.releases.find(({ id }) => id === state.path.release);
  if (drifted || live?.info?.digest !== plan.digest || live.info.settings !== plan.settings) return undefined;
  if (plan.dependencies && !plan.dependencies.reuse) return undefined;
  if (target.healthCheck) {
    const result = await probe(shell.host, target.healthCheck, signal);
    if (!result.ok || (result.release !== undefined && result.release !== live.id)) return undefined;
  }
  return live.id;
};

/** The target's file of a release that stays, with the commit that was found to be the same. */
export const confirmedFile = (plan: DeployPlan, release: string): TargetFile => ({
  target: plan.target,
  environment: plan.environment,
  path: plan.path,
  ...(plan.healthCheck ? { healthUrl: plan.healthCheck.url } : {}),
  ...(plan.url ? { url: plan.url } : {}),
  live: { release, sha: plan.sha, digest: plan.digest, dirty: plan.dirty, deployment: plan.release },
});
