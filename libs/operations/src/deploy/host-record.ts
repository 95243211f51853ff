import type { HostRecord } from '@polydev/contract';
import type { HostShell } from '@polydev/host';
import { previousOf, type DeployPlan } from './plan';

/** A host with what is to happen there. */
export interface Planned {
  readonly shell: HostShell;
  readonly plan: DeployPlan;
  /** Names of the encrypted values, where those on the host are about to become others. */
  readonly newSecrets?: readonly string[];
}

/**
 * The same hosts with plans that tell whose journal decides for all: that of the first to move, which is the first to
 * commit. Pure.
 */
export const decidedByFirst = <T extends Planned>(hosts: readonly T[], moves: (host: T) => boolean): readonly T[] => {
  const [first] = hosts.filter(moves);
  if (first === undefined) return hosts;
  const decidedBy = { target: first.plan.target, host: nameOf(first) };
  return hosts.map((host) => (host === first ? host : { ...host, plan: { ...host.plan, decidedBy } }));
};

export const nameOf = ({ shell }: Pick<Planned, 'shell'>): string => shell.host.name;

/** What the record says of one host: the given facts, and what served before. */
export const recordOf = (host: Planned, facts: Partial<HostRecord> & Pick<HostRecord, 'outcome'>): HostRecord => {
  const previous = previousOf(host.plan);
  return { host: nameOf(host), steps: [], notes: [], ...(previous ? { previous } : {}), ...facts };
};
