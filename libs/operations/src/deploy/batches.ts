import type { TargetConfig } from '@polydev/manifest';

/** How many of a number of hosts move at the same time; at least one. A percentage is rounded down. Pure. */
export const hostsAtOnce = ({ maxParallel }: TargetConfig['rolling'], hosts: number): number => {
  const most = 'hosts' in maxParallel ? maxParallel.hosts : Math.floor((hosts * maxParallel.percent) / 100);
  return Math.max(1, Math.min(most, hosts));
};

/** The items in groups of a size, in their order; the last may be smaller. Pure. */
export const batchesOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
