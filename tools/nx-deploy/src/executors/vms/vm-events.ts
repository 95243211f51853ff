import type { HostVm } from '@polydev/operations';
import type { Event } from '@polydev/reporting';

const TITLES = { started: 'Started', stopped: 'Stopped', listed: 'Running' } as const;

/** VMs as people read them. Pure. */
export const vmEvents = (vms: readonly HostVm[], did: keyof typeof TITLES): readonly Event[] => {
  if (vms.length === 0)
    return [{ kind: 'outcome', ok: true, text: did === 'stopped' ? 'No VM runs' : 'No VM runs yet' }];
  return [{ kind: 'table', title: TITLES[did], columns: VM_COLUMNS, rows: vms.map(vmRow) }];
};

export const VM_COLUMNS = ['host', 'vm', 'image', 'address', 'health', 'since'] as const;

/** One that is no VM says so. */
export const vmRow = ({ host, id, image, address, health, startedAt, kind }: HostVm): readonly string[] => [
  host,
  kind === 'process' ? `${id} (no VM)` : id,
  image,
  address,
  health,
  startedAt,
];
