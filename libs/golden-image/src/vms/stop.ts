import { vmNotFound } from '@polydev/errors';
import { endVmsBelow } from '../drivers/vm-process';
import type { ImagesLayout } from '../layout';
import { isLive, readLeases, removeVm, unleasedIds, type Lease } from './lease';
import type { DriverOf } from './list';

export interface StopRequest {
  readonly layout: ImagesLayout;
  readonly driverOf: DriverOf;
  readonly ids: readonly string[] | 'all';
}

/**
 * Stops VMs, each until its process is gone, and removes what they left, also where a lease is damaged. Returns their ids. Throws
 * VM_NOT_FOUND, before any is stopped, where one of the ids is not a running VM's.
 */
export async function stopVms({ layout, driverOf, ids }: StopRequest): Promise<readonly string[]> {
  const leases = await readLeases(layout);
  const live = await Promise.all(leases.map(isLive));
  const running = leases.filter((_, index) => live[index]);
  const unleased = (await unleasedIds(layout)).filter((id) => ids === 'all' || ids.includes(id));
  const wanted = ids === 'all' ? running : running.filter(({ id }) => ids.includes(id));
  const known = [...wanted.map(({ id }) => id), ...unleased];
  const unknown = ids === 'all' ? [] : ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw vmNotFound({ ids: unknown, running: running.map(({ id }) => id) });
  await Promise.all(wanted.map((lease) => stopOne(lease, driverOf)));
  await Promise.all(leases.filter((_, index) => !live[index]).map(({ id }) => removeVm(layout, id)));
  await Promise.all(unleased.map((id) => endVmsBelow(layout.vm(id))));
  await Promise.all(known.map((id) => removeVm(layout, id)));
  return known.sort();
}

async function stopOne(lease: Lease, driverOf: DriverOf): Promise<void> {
  await (await driverOf(lease.driver).attach(lease.spec))?.stop();
  // A driver finds its VM by what it has written into the directory, which a starter that died may not have done.
  await endVmsBelow(lease.spec.directory);
}
