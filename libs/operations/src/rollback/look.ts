import {
  combined,
  hostsDiffer,
  isOpsError,
  pathOccupied,
  printableName,
  releaseChanged,
  rollbackOutdated,
  type OpsError,
} from '@polydev/errors';
import type { Signers } from '@polydev/audit';
import { onEach } from '@polydev/host';
import { isDeploy } from '../deploy/deploy';
import { driftOf } from '../deploy/drift';
import { readState, type TargetState } from '../deploy/state';
import { targetLayout } from '../layout';
import type { RollbackInput } from '../operations';
import { foreseeMending } from '../plan/foresee';
import { withDecision } from '../recover/mend';
import type { Recovery } from '../recover/recover';
import { assertSigned } from '../signatures/assert-signed';
import { signersOf } from '../signatures/signers';
import { chooseRelease, type Choice } from './choose';
import { readDeployments, type Site } from './sites';

/** A site, what is there, and where it goes. */
export interface Aim extends Site {
  readonly state: TargetState;
  readonly choice: Choice;
}

export interface AimInput extends Pick<RollbackInput, 'environment' | 'sha'> {
  /** Targets that went back already, as a dead deploy of theirs was undone: without a SHA they stay where they are. */
  readonly stays?: ReadonlySet<string>;
  /** Whether dead runs are only foreseen to be mended. */
  readonly foresee?: boolean;
}

/** Chooses for every site, or throws every reason why one cannot go. Looks only. */
export const aim = async (sites: readonly Site[], input: AimInput): Promise<readonly Aim[]> => {
  const { environment, sha } = input;
  const { stateDir } = environment;
  const deployments = await readDeployments(oneForEachHost(sites), stateDir);
  const looks = await Promise.all(sites.map((site) => look(site, input)));
  const stays = new Set([
    ...(input.stays ?? []),
    ...looks.flatMap(({ site, stays }) => (stays ? [site.target.name] : [])),
  ]);
  const results = looks.map(({ site, state }) => {
    const { target, host } = site;
    const where = { target: target.name, host: host.name };
    if (state.path.kind === 'other') return { refusal: pathOccupied({ ...where, path: target.path }) };
    const live = state.path.release;
    const chosen = chooseRelease({
      ...where,
      live,
      releases: state.releases,
      runs: state.runs,
      deployments,
      sha,
      stay: sha === undefined && stays.has(target.name),
    });
    return 'refusal' in chosen ? chosen : { aim: { ...site, state, choice: chosen.choice } };
  });
  throwAll(results.flatMap((result) => ('refusal' in result ? [result.refusal] : [])));
  const aims = results.flatMap((result) => ('aim' in result ? [result.aim] : []));
  if (sha === undefined) throwAll(differences(aims));
  return aims;
};

const look = async (site: Site, { environment, foresee }: AimInput) => {
  const state = await readState(site.host, environment.stateDir, site.target);
  const foreseen = foresee ? foreseeMending(await withDecision(site.host, state, environment)) : undefined;
  if (foreseen === undefined) return { site, state, stays: false };
  const { how, runbook } = foreseen.mend;
  return {
    site,
    state: foreseen.state,
    stays: wentBack({ outcome: how === 'undone' ? 'taken-back' : 'moved', runbook }),
  };
};

/** Whether a dead run was a deploy that was undone: that took its target back. */
export const wentBack = ({ outcome, runbook }: Pick<Recovery, 'outcome' | 'runbook'>): boolean =>
  outcome === 'taken-back' && isDeploy(runbook);

const oneForEachHost = (sites: readonly Site[]) => [...new Map(sites.map(({ host }) => [host.name, host])).values()];

/** Left to themselves, the hosts of a target may not go to different releases. */
const differences = (aims: readonly Aim[]): readonly OpsError[] =>
  [...new Set(aims.map(({ target }) => target.name))].flatMap((target) => {
    const own = aims.filter((one) => one.target.name === target);
    if (new Set(own.map(({ choice }) => choice.release)).size <= 1) return [];
    return [hostsDiffer({ target, choices: own.map(({ host, choice }) => `${choice.release} on ${host.name}`) })];
  });

/** Throws if somebody moved a target between two looks, so that another release would be chosen now. */
export const refuseOutdated = (before: readonly Aim[], now: readonly Aim[]): void =>
  throwAll(
    now.flatMap(({ target, choice }, index) => {
      const chosen = before[index]?.choice.release ?? '';
      return chosen === choice.release ? [] : [rollbackOutdated({ target: target.name, chosen, now: choice.release })];
    }),
  );

/**
 * Throws RELEASE_UNSIGNED or RELEASE_SIGNATURE_REFUSED where signatures count, and RELEASE_CHANGED with every file of a chosen release that is not as it was deployed. What was added to one
 * beside its files (caches, logs) is only said: a running program writes such things itself.
 */
export const verifyReleases = async (
  aims: readonly Aim[],
  { environment, report }: Pick<RollbackInput, 'environment' | 'report'>,
): Promise<void> => {
  const signers = await signersOf(environment);
  if (signers) await assertAllSigned(aims, environment, signers);
  const found = await Promise.all(aims.map((one) => lookAtRelease(one, environment.stateDir)));
  for (const {
    aim: { host, choice },
    extra,
  } of found) {
    if (extra.length === 0) continue;
    const shown = [...extra.slice(0, 5).map(printableName), ...(extra.length > 5 ? ['…'] : [])];
    report({
      kind: 'note',
      host: host.name,
      text: `${choice.release} holds what was not deployed: ${shown.join(', ')}`,
    });
  }
  throwAll(
    found.flatMap(({ aim: { target, host, choice }, bad }) =>
      bad.length === 0
        ? []
        : [releaseChanged({ target: target.name, host: host.name, release: choice.release, files: bad })],
    ),
  );
};

const assertAllSigned = async (
  aims: readonly Aim[],
  { name, stateDir }: RollbackInput['environment'],
  signers: Signers,
): Promise<void> => {
  const settled = await onEach(aims, { limit: aims.length }, ({ host, target, choice: { release, digest } }) =>
    assertSigned(host, { stateDir, environment: name, target: target.name, release, digest }, signers),
  );
  const errors = settled.flatMap((one) => (one.ok ? [] : [one.error]));
  const bug = errors.find((error) => !isOpsError(error));
  if (bug !== undefined) throw bug as Error;
  throwAll(errors.filter((error) => isOpsError(error)));
};

const lookAtRelease = async (one: Aim, stateDir: string) => {
  const { host, target, state, choice } = one;
  const release = state.releases.find(({ id }) => id === choice.release);
  const drift = release === undefined ? [] : await driftOf(host, release, { stateDir, target, digest: choice.digest });
  const modules = `${targetLayout(stateDir, target.name).release(choice.release)}/node_modules`;
  const look = ['perl', '-e', 'exit(-l $ARGV[0] && !-e $ARGV[0] ? 9 : 0)', '--', modules] as const;
  const dangling = (await host.exec(look)).exitCode === 9;
  return {
    aim: one,
    extra: drift.filter(({ kind }) => kind === 'extra').map(({ path }) => path),
    bad: [
      ...drift.filter(({ kind }) => kind !== 'extra').map(({ kind, path }) => `${kind} ${path}`),
      ...(dangling ? ['missing node_modules (its installed dependencies were removed)'] : []),
    ],
  };
};

const throwAll = (errors: readonly OpsError[]): void => {
  if (errors.length > 0) throw combined(errors);
};
