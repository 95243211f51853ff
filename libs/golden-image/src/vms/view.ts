import type { VmView } from '@polydev/contract';
import { printableName } from '@polydev/errors';
import type { Vm } from '../drivers/driver';
import { urlOf } from '../drivers/url';
import type { Lease } from './lease';

/** A lease as it is shown. */
export const viewOfVm = (lease: Lease, health: string): VmView => ({
  id: lease.id,
  image: lease.image,
  driver: lease.driver,
  kind: lease.spec.image.kind,
  pid: (lease.process ?? lease.starter).pid,
  address: urlOf(lease.spec.network),
  startedAt: lease.startedAt,
  health,
});

const SHOWN = 40;

/** `ready`, another status that it answered, `HTTP <code>`, or `unreachable`. */
export async function healthOf(vm: Vm): Promise<string> {
  const answer = await vm.health();
  if (!answer) return 'unreachable';
  const status = (answer.body as { status?: unknown } | undefined)?.status;
  if (typeof status !== 'string') return `HTTP ${answer.status}`;
  // An agent may answer anything, and it is shown in a table.
  return status === 'ready' && answer.status !== 200 ? `HTTP ${answer.status}` : printableName(status.slice(0, SHOWN));
}
