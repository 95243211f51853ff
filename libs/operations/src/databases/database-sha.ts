import type { DeploymentRecord } from '@polydev/contract';
import type { LiveSha } from '../operations';

/** The commit whose migrations a database was last given, by the records of its deployments. Pure. */
export const databaseSha = (
  records: readonly DeploymentRecord[],
  database: string,
): Pick<LiveSha, 'sha' | 'dirty' | 'deployment'> => {
  const good = records.filter(
    ({ kind, targets }) => kind === 'deploy' && targets.some((part) => isGood(part, database)),
  );
  const newest = good.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0];
  return newest ? { sha: newest.sha, dirty: newest.dirty, deployment: newest.id } : { sha: undefined };
};

const isGood = ({ target, outcome }: DeploymentRecord['targets'][number], database: string): boolean =>
  target === database && (outcome === 'moved' || outcome === 'unchanged');
