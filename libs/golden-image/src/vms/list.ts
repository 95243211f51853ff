import type { DriverName, VmView } from '@polydev/contract';
import type { VmDriver } from '../drivers/driver';
import { endVmsBelow, vmProcessesBelow } from '../drivers/vm-process';
import type { ImagesLayout } from '../layout';
import { isAbandoned, isLive, readLeases, removeVm, unleasedIds, type Lease } from './lease';
import { healthOf, viewOfVm } from './view';

/** The driver with a name. */
export type DriverOf = (name: DriverName) => VmDriver;

/**
 * Returns the VMs that run, each asked for its health, by id. What dead ones left is removed, and so are those that
 * were never ready. One whose lease is damaged goes on unseen, until all are stopped or it is by its id.
 */
export async function listVms(layout: ImagesLayout, driverOf: DriverOf): Promise<readonly VmView[]> {
  const views = await Promise.all(
    (await readLeases(layout)).map(async (lease) => {
      if (!isAbandoned(lease) && (await isLive(lease))) return viewOfVm(lease, await healthNow(lease, driverOf));
      await endVmsBelow(lease.spec.directory);
      await removeVm(layout, lease.id);
      return undefined;
    }),
  );
  for (const id of await unleasedIds(layout))
    if ((await vmProcessesBelow(layout.vm(id))).length === 0) await removeVm(layout, id);
  return views.filter((view) => view !== undefined);
}

async function healthNow(lease: Lease, driverOf: DriverOf): Promise<string> {
  if (!lease.ready) return 'starting';
  const vm = await driverOf(lease.driver).attach(lease.spec);
  return vm ? healthOf(vm) : 'unreachable';
}
