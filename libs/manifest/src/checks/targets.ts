import type { Complaint } from '../problem';
import { healthObject } from '../target-layers';
import type { Candidates } from './candidate';
import { databaseComplaints } from './database';
import { dependencyComplaints } from './depends-on';
import { goldenImageComplaints } from './golden-image';
import { pathComplaints } from './paths';
import { secretsComplaints } from './secrets';
import { serviceComplaints } from './service';
import { sharedComplaints } from './shared';

const contradictions = ({ targets }: Candidates): readonly Complaint[] =>
  targets.flatMap(({ config, layers, where }) => {
    const health = healthObject(layers);
    const noCommand = config.build === 'server' && config.buildCommand === undefined;
    const noUrl = health !== undefined && health.url === undefined;
    return [
      ...(noCommand
        ? [{ path: where('build'), message: 'is server, and there is no build_command to run there' }]
        : []),
      ...(noUrl ? [{ path: where('health_check'), part: 'key' as const, message: 'has no url' }] : []),
    ];
  });

/** What is wrong with targets whose keys are each right: contradictions within one and between them. */
export const targetComplaints = (candidates: Candidates): readonly Complaint[] => [
  ...pathComplaints(candidates),
  ...dependencyComplaints(candidates),
  ...sharedComplaints(candidates),
  ...secretsComplaints(candidates),
  ...contradictions(candidates),
  ...serviceComplaints(candidates),
  ...goldenImageComplaints(candidates),
  ...candidates.databases.flatMap((layers) => databaseComplaints({ layers, hosts: candidates.hosts })),
];
