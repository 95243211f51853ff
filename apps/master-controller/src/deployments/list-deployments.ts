import { join } from 'node:path';
import { deploymentIdSchema, type DeploymentRecord, type DeploymentsAnswer } from '@polydev/contract';
import { deploymentIdInvalid, deploymentUnknown, recordUnreadable } from '@polydev/errors';
import { namesIn } from '../state-file';
import { loadDeployment, type LoadedDeployment } from './load-deployment';

/** Files read at once. */
const BATCH = 50;

export interface DeploymentsQuery {
  readonly limit: number;
  /** Only deployments that planned this target. */
  readonly target?: string | undefined;
}

/** Returns the newest deployments of this host; ids begin with their time, so their order is the order of time. */
export async function listDeployments(stateDir: string, query: DeploymentsQuery): Promise<DeploymentsAnswer> {
  const directory = join(stateDir, 'deployments');
  const ids = await deploymentIds(directory);
  const { target } = query;
  const wanted = ({ record }: LoadedDeployment) => target === undefined || record?.planned.includes(target);
  const deployments: DeploymentRecord[] = [];
  const unreadable: string[] = [];
  for (let at = 0; at < ids.length; at += BATCH) {
    // Without a filter the rest need not be read: their number is the number of their ids.
    if (target === undefined && deployments.length >= query.limit) break;
    const batch = await Promise.all(ids.slice(at, at + BATCH).map((id) => loadDeployment(directory, id)));
    unreadable.push(...batch.flatMap((loaded) => loaded.unreadable));
    deployments.push(...batch.filter(wanted).flatMap(({ record }) => record ?? []));
  }
  const total = target === undefined ? ids.length : deployments.length;
  return { deployments: deployments.slice(0, query.limit), total, unreadable };
}

/** Returns one deployment. Throws DEPLOYMENT_ID_INVALID, DEPLOYMENT_UNKNOWN or RECORD_UNREADABLE. */
export async function findDeployment(stateDir: string, id: string): Promise<DeploymentRecord> {
  if (!deploymentIdSchema.safeParse(id).success) throw deploymentIdInvalid(id);
  const { record, unreadable } = await loadDeployment(join(stateDir, 'deployments'), id);
  if (record) return record;
  throw unreadable.length > 0 ? recordUnreadable(unreadable) : deploymentUnknown(id);
}

/** Ids of all deployments in the folder, newest first. Names that are no id's, such as files half written, are not deployments. */
export async function deploymentIds(directory: string): Promise<readonly string[]> {
  const ids = (await namesIn(directory))
    .map((name) => /^(.+)\.(?:json|parts)$/.exec(name)?.[1] ?? '')
    .filter((id) => deploymentIdSchema.safeParse(id).success);
  return [...new Set(ids)].sort().reverse();
}
