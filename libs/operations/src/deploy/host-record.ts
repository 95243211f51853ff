import type { HostRecord } from '@polydev/contract';
import { previousOf } from './plan';
import type { Prepared } from './prepare';

export const nameOf = ({ shell }: Pick<Prepared, 'shell'>): string => shell.host.name;

/** What the record says of one host: the given facts, and what served before. */
export const recordOf = (
  host: Pick<Prepared, 'shell' | 'plan'>,
  facts: Partial<HostRecord> & Pick<HostRecord, 'outcome'>,
): HostRecord => {
  const previous = previousOf(host.plan);
  return { host: nameOf(host), steps: [], notes: [], ...(previous ? { previous } : {}), ...facts };
};
