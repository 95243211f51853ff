import type { HostRecord } from '@polydev/contract';
import type { HostShell } from '@polydev/host';
import { previousOf, type DeployPlan } from './plan';

/** A host with what is to happen there. */
export interface Planned {
  readonly shell: HostShell;
  readonly plan: DeployPlan;
}

export const nameOf = ({ shell }: Pick<Planned, 'shell'>): string => shell.host.name;

/** What the record says of one host: the given facts, and what served before. */
export const recordOf = (host: Planned, facts: Partial<HostRecord> & Pick<HostRecord, 'outcome'>): HostRecord => {
  const previous = previousOf(host.plan);
  return { host: nameOf(host), steps: [], notes: [], ...(previous ? { previous } : {}), ...facts };
};
