import type { Host } from '@polydev/host';
import { withHosts } from '../connect';
import { databaseSha } from '../databases/database-sha';
import { readState } from '../deploy/state';
import type { LiveSha, LiveShas, OperationContext } from '../operations';
import { readRecords } from '../record/parts';

/**
 * The commit that is live, per target and host: the release's own, or a newer one that a deployment found to be the
 * same release. A database's is the one whose migrations it was last given.
 */
export const liveShas: LiveShas = ({ environment, signal }) =>
  withHosts(environment, signal, async (hosts) => {
    const rows = environment.targets.flatMap((target) => hosts.map((host) => ({ target, host })));
    const [targets, databases] = await Promise.all([
      Promise.all(rows.map(({ target, host }) => liveOn(host, { environment, target }))),
      Promise.all((environment.databases ?? []).map(({ name }) => recordedSha(hosts, { environment, target: name }))),
    ]);
    return [...targets, ...databases.flat()];
  });

const liveOn = async (
  host: Host,
  { environment, target }: Pick<OperationContext, 'environment'> & { readonly target: TargetOf },
): Promise<LiveSha> => {
  const state = await readState(host, environment.stateDir, target);
  const live = state.releases.find(({ id }) => id === state.path.release);
  const confirmed = state.targetFile?.live;
  const where = { target: target.name, host: host.name };
  if (!confirmed || confirmed.release !== live?.id) return { ...where, sha: live?.info?.sha };
  const { sha, dirty, deployment } = confirmed;
  return { ...where, sha, ...(dirty === undefined ? {} : { dirty }), ...(deployment ? { deployment } : {}) };
};

type TargetOf = OperationContext['environment']['targets'][number];

/** Deployments of a database among which the last one that succeeded is looked for; further back, it counts as changed. */
const RECENT = 100;

/** As the host says that knows of the newest: all are told of every deployment, those that were left out later. */
const recordedSha = async (
  hosts: readonly Host[],
  { environment, target }: Pick<OperationContext, 'environment'> & { readonly target: string },
): Promise<readonly LiveSha[]> => {
  const options = { limit: RECENT, target };
  const found = await Promise.all(
    hosts.map(async (host) => {
      const records = await readRecords(host, environment.stateDir, options);
      return { target, host: host.name, ...databaseSha(records, target) };
    }),
  );
  const [newest] = found.toSorted((a, b) => ((a.deployment ?? '') < (b.deployment ?? '') ? 1 : -1));
  return found.map(({ host }) => ({ ...newest, target, host, sha: newest?.sha }));
};
