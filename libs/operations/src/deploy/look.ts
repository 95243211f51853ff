import type { Artifact } from '@polydev/artifact';
import { RELEASE_FILE, type DeploymentHead } from '@polydev/contract';
import type { OpsError } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import { probe } from '../health/probe';
import { targetLayout } from '../layout';
import type { TargetSchemas } from '../operations';
import { program } from '../programs';
import { planDeploy, type DeployPlan } from './plan';
import { isSigned } from '../signatures/assert-signed';
import { signersOf } from '../signatures/signers';
import { healthReasons, liveOf, reasonsToDeploy, type Reason } from './reasons';
import { findRefusals } from './refusals';
import { secretsAsPlanned } from './secrets';
import { findShortages } from './shortages';
import { answerOf, type TargetState } from './state';

/** What the live tree already has of an artifact, and where it differs from its own list. Numbers are positions in the new list. */
export interface Comparison {
  readonly send: readonly number[];
  readonly added: readonly number[];
  readonly changed: readonly number[];
  /** Bytes of each changed entry as it is. */
  readonly sizeBefore: readonly number[];
  readonly removed: readonly { readonly path: string; readonly size: number }[];
  readonly drift: readonly {
    readonly kind: 'changed' | 'missing' | 'extra';
    /** A directory ends with a slash; of a new one with very many files, the last entry says how many more there are. */
    readonly path: string;
    /** How many files this entry stands for: none for a directory. */
    readonly files: number;
  }[];
}

export interface LookInput {
  readonly environment: EnvironmentConfig;
  readonly target: TargetConfig;
  readonly artifact: Artifact;
  readonly packageFiles: ReadonlyMap<string, string>;
  readonly head: Pick<DeploymentHead, 'id' | 'sha' | 'dirty'>;
  readonly state: TargetState;
  /** The state as it will be once a dead run has been mended; undefined where there is none. */
  readonly foreseen?: TargetState;
  readonly schemas?: TargetSchemas;
  readonly signal: AbortSignal;
}

/** All that decides what a deploy does on one host. */
export interface HostLook {
  readonly host: Host;
  readonly state: TargetState;
  readonly plan: DeployPlan;
  readonly comparison: Comparison;
  /** Tree on the host that everything is copied from that need not be sent. */
  readonly copyFrom: string | undefined;
  /** Empty when there is nothing to do: this very release is live, as it was placed, and healthy where that is asked. */
  readonly reasons: readonly Reason[];
  /** Whether the encrypted values on the host are those of the plan, as far as that is known. */
  readonly secretsPlaced: boolean;
  readonly refusals: readonly OpsError[];
}

/** Looks at a host as it is for a deploy, file by file, and touches nothing. */
export const lookAtHost = async (host: Host, input: LookInput): Promise<HostLook> => {
  const { environment, target, artifact, head, packageFiles, schemas, signal } = input;
  const { stateDir } = environment;
  const state = input.foreseen ?? input.state;
  const named = { ...head, environment: environment.name };
  const { secrets } = environment;
  const migrations = schemas?.needs;
  const plan = planDeploy({ target, stateDir, artifact, head: named, state, packageFiles, migrations, secrets });
  const tree = liveTree(plan, state, input.state);
  const [compared, refusals, placed] = await Promise.all([
    compare(host, artifact, { tree, ours: oursIn(plan) }),
    findRefusals({ host, stateDir, target, artifact, state: input.state }),
    secretsAsPlanned(host, plan, secrets),
  ]);
  const comparison = { ...compared, drift: driftThatCounts(compared.drift, target) };
  const certain = [
    ...reasonsToDeploy({ plan, state, drift: comparison.drift, secretsPlaced: placed }),
    ...(await signatureReasons(host, { environment, target, live: liveOf(state)?.id })),
  ];
  const reasons = certain.length > 0 || input.foreseen ? certain : await askService(host, { target, state, signal });
  const shortages = reasons.length > 0 ? await findShortages(host, { target, artifact, plan }) : [];
  const copyFrom = tree?.directory;
  const found = { host, state, plan, comparison, copyFrom, reasons, secretsPlaced: placed };
  return { ...found, refusals: [...refusals, ...shortages] };
};

/** What a build on the server wrote is not called extra. */
export const driftThatCounts = (drift: Comparison['drift'], { build }: TargetConfig): Comparison['drift'] =>
  build === 'server' ? drift.filter(({ kind }) => kind !== 'extra') : drift;

const askService = async (
  host: Host,
  {
    target,
    state,
    signal,
  }: { readonly target: TargetConfig; readonly state: TargetState; readonly signal: AbortSignal },
): Promise<readonly Reason[]> =>
  target.healthCheck ? healthReasons(await probe(host, target.healthCheck, signal), liveOf(state)?.id) : [];

const signatureReasons = async (
  host: Host,
  { environment, target, live }: Pick<LookInput, 'environment' | 'target'> & { readonly live: string | undefined },
): Promise<readonly Reason[]> => {
  const signers = await signersOf(environment);
  if (signers === undefined || live === undefined) return [];
  const release = { stateDir: environment.stateDir, environment: environment.name, target: target.name, release: live };
  return (await isSigned(host, release, signers)) ? [] : [{ kind: 'unsigned' }];
};

/** The tree that serves, and its list (empty where it has none). */
interface Tree {
  readonly directory: string;
  readonly list: string;
}

const liveTree = (plan: DeployPlan, state: TargetState, found: TargetState): Tree | undefined => {
  const layout = targetLayout(plan.stateDir, plan.target);
  if (plan.before.kind === 'directory') return { directory: directoryAt(plan, found, layout.release), list: '' };
  const live = liveOf(state);
  return live && { directory: layout.release(live.id), list: live.hasList ? layout.list(live.id) : '' };
};

/** Where a directory lies that stood at the path: a dead run may have moved it to where it keeps it as a release. */
const directoryAt = (plan: DeployPlan, found: TargetState, release: (id: string) => string): string => {
  const dead = (found.lastRun?.plan as DeployPlan | undefined)?.before;
  return found.path.kind !== 'directory' && dead?.kind === 'directory' ? release(dead.adoptAs) : plan.path;
};

/** What the deployer itself puts into a release beside the artifact. */
export const oursIn = (plan: Pick<DeployPlan, 'shared' | 'dependencies'>): string[] => [
  RELEASE_FILE,
  'node_modules',
  ...plan.shared.map(({ path }) => path),
];

const compare = (
  host: Host,
  artifact: Artifact,
  { tree, ours }: { readonly tree: Tree | undefined; readonly ours: readonly string[] },
): Promise<Comparison> => {
  const command = program('compare', tree?.directory ?? '', tree?.list ?? '', ...ours);
  return answerOf<Comparison>(host, host.exec(command, { stdin: artifact.list }));
};
