import type { Complaint } from '../problem';
import { isWithin } from '../schema/paths';
import type { Candidates } from './candidate';

/** What lies directly in the state directory and is not for releases to be put in the place of. */
const STATE = ['targets', 'deployments', 'images', 'audit.jsonl', 'audit.heads.jsonl'] as const;

const withState = ({ targets, stateDir }: Candidates): readonly Complaint[] =>
  targets.flatMap(({ config, where }) => {
    const path = where('path');
    if (isWithin(stateDir, config.path))
      return [{ path, message: `holds the state directory ${stateDir}, which must outlive every release` }];
    const taken = STATE.map((name) => `${stateDir}/${name}`).find((directory) => isWithin(config.path, directory));
    return taken === undefined
      ? []
      : [{ path, message: `lies in ${taken}, which belongs to the state of deployments` }];
  });

const withEachOther = ({ targets }: Candidates): readonly Complaint[] =>
  targets.flatMap((target, index) =>
    targets.slice(0, index).flatMap((other) => {
      const path = target.where('path');
      const [own, others] = [target.config.path, other.config.path];
      if (own === others) return [{ path, message: `is ${own}, which is also the path of ${other.config.name}` }];
      if (isWithin(own, others))
        return [{ path, message: `is ${own}, inside the path of ${other.config.name} (${others})` }];
      return isWithin(others, own)
        ? [{ path, message: `is ${own}, around the path of ${other.config.name} (${others})` }]
        : [];
    }),
  );

/** Two targets must not swap each other's directories, nor the state's. */
export const pathComplaints = (candidates: Candidates): readonly Complaint[] => [
  ...withEachOther(candidates),
  ...withState(candidates),
];
