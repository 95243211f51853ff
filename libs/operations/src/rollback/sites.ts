import type { DeploymentPart, DeploymentRecord } from '@polydev/contract';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { withHosts } from '../connect';
import { knownDeployments, type KnownDeployment } from '../history/live-events';
import type { OperationContext } from '../operations';
import { readOpenDeployments, readRecords } from '../record/parts';

/** One target on one host, over a connection of its own: a connection bears only so many shells (sshd's MaxSessions). */
export interface Site {
  readonly target: TargetConfig;
  readonly host: Host;
}

/** Connects to every host once for each target, or to none: then throws everything that stood in the way. */
export const withSites = async <T>(
  context: OperationContext & { readonly targets: readonly TargetConfig[] },
  work: (sites: readonly Site[]) => Promise<T>,
  opened: readonly Site[] = [],
): Promise<T> => {
  const [target, ...targets] = context.targets;
  if (target === undefined) return work(opened);
  return withHosts(context.environment, context.signal, (hosts) =>
    withSites({ ...context, targets }, work, [...opened, ...hosts.map((host) => ({ target, host }))]),
  );
};

/** Records that are read: more than anybody keeps releases for. */
const RECORDS = 2_000;

/** All deployments that the hosts know of, oldest first. */
export const readDeployments = async (
  hosts: readonly Host[],
  stateDir: string,
): Promise<readonly KnownDeployment[]> => {
  const found = await Promise.all(
    hosts.map(async (host) => ({
      records: await readRecords(host, stateDir, { limit: RECORDS }),
      open: await readOpenDeployments(host, stateDir),
    })),
  );
  const records: DeploymentRecord[] = found.flatMap(({ records }) => records);
  const parts: DeploymentPart[] = found.flatMap(({ open }) => open.flatMap(({ parts }) => parts));
  return knownDeployments(records, parts);
};
