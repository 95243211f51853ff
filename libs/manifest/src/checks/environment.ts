import { toHosts, repeatedHosts } from '../hosts';
import { didYouMean } from '../nearest';
import type { Complaint } from '../problem';
import type { EnvironmentLayer } from '../schema/manifest';
import type { VariableSettings } from '../variables';
import { PRODUCTION } from '../environment-names';
import { accessComplaints } from './access';

export interface WrittenEnvironment {
  readonly name: string;
  readonly layer: EnvironmentLayer;
}

const unknownTargets = ({ name, layer }: WrittenEnvironment, names: readonly string[]): readonly Complaint[] =>
  Object.keys(layer.targets ?? {})
    .filter((target) => !names.includes(target))
    .map((target) => ({
      path: ['environments', name, 'targets', target],
      part: 'key',
      message: `is no target of this manifest${didYouMean(target, names)}`,
    }));

/** What is wrong with an environment whose keys are each right. */
export const environmentComplaints = (
  environment: WrittenEnvironment,
  names: readonly string[],
  variables: VariableSettings = {},
): readonly Complaint[] => {
  const path = ['environments', environment.name, 'hosts'];
  const { hosts } = environment.layer;
  return [
    ...unknownTargets(environment, names),
    ...accessComplaints(environment),
    ...(variables.servers === undefined ? repeatedHosts(toHosts(hosts ?? [], variables), path) : []),
  ];
};

/** Only production can get its hosts from elsewhere. */
export const withoutHosts = (name: string, layer: unknown): readonly Complaint[] => {
  const isMapping = typeof layer === 'object' && layer !== null && !Array.isArray(layer);
  if (!isMapping || 'hosts' in layer || name === PRODUCTION) return [];
  return [{ path: ['environments', name, 'hosts'], part: 'key', message: 'is missing; it should list the hosts' }];
};
