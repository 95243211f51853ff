import type { BridgePlace } from '../../network';
import { LAYER_FILES } from '../../layout';
import type { VmSpec } from '../driver';
import type { ApiRequest } from './api';

/**
 * Names in a VM's directory. They are relative, and its process works there: a snapshot names its disks, and has to
 * find them in each clone.
 */
export const VM_FILES = { kernel: 'vmlinux', log: 'firecracker.log', console: 'console', input: 'console.in' } as const;
export const INTERFACE = 'eth0';

/** `reboot=k` makes a guest's reboot end Firecracker; there is no PCI (docs/getting-started.md). */
const BOOT_ARGS = 'console=ttyS0 reboot=k panic=-1 pci=off';

/** Of all that is set before a start, the logger is the only thing that a snapshot may be loaded after. */
export const loggerCall = (): ApiRequest => ({
  method: 'PUT',
  path: '/logger',
  body: { log_path: VM_FILES.log, level: 'Warning' },
});

/** Everything that has to be said before a VM is started, in order, and its start. */
export const bootCalls = (spec: VmSpec, place: BridgePlace): readonly ApiRequest[] => [
  loggerCall(),
  { method: 'PUT', path: '/machine-config', body: { vcpu_count: spec.cpus, mem_size_mib: spec.memoryMiB } },
  {
    method: 'PUT',
    path: '/boot-source',
    body: { kernel_image_path: VM_FILES.kernel, initrd_path: LAYER_FILES.initrd, boot_args: BOOT_ARGS },
  },
  driveCall('base', LAYER_FILES.base),
  driveCall('agent', LAYER_FILES.agent),
  {
    method: 'PUT',
    path: `/network-interfaces/${INTERFACE}`,
    body: { iface_id: INTERFACE, host_dev_name: place.tap, guest_mac: place.mac },
  },
  { method: 'PUT', path: '/entropy', body: {} },
  startCall(),
];

export const startCall = (): ApiRequest => ({
  method: 'PUT',
  path: '/actions',
  body: { action_type: 'InstanceStart' },
});

/** The start of nothing but a kernel: whether KVM takes it. */
export const probeCalls = (): readonly ApiRequest[] => [
  loggerCall(),
  { method: 'PUT', path: '/machine-config', body: { vcpu_count: 1, mem_size_mib: 128 } },
  { method: 'PUT', path: '/boot-source', body: { kernel_image_path: VM_FILES.kernel, boot_args: BOOT_ARGS } },
  startCall(),
];

const driveCall = (id: string, file: string): ApiRequest => ({
  method: 'PUT',
  path: `/drives/${id}`,
  body: { drive_id: id, is_root_device: false, is_read_only: true, path_on_host: file },
});

export const stateCall = (state: 'Paused' | 'Resumed'): ApiRequest => ({
  method: 'PATCH',
  path: '/vm',
  body: { state },
});

/** Where the two files of a snapshot lie, by absolute path. */
export interface SnapshotPaths {
  readonly state: string;
  readonly memory: string;
}

export const createCall = ({ state, memory }: SnapshotPaths): ApiRequest => ({
  method: 'PUT',
  path: '/snapshot/create',
  body: { snapshot_type: 'Full', snapshot_path: state, mem_file_path: memory },
});

/** The tap is the clone's own; the guest's addresses are set when it is woken. */
export const loadCall = ({ state, memory }: SnapshotPaths, place: BridgePlace): ApiRequest => ({
  method: 'PUT',
  path: '/snapshot/load',
  body: {
    snapshot_path: state,
    mem_backend: { backend_type: 'File', backend_path: memory },
    resume_vm: false,
    network_overrides: [{ iface_id: INTERFACE, host_dev_name: place.tap }],
  },
});
