import type { VmNetwork, VmSpec } from '../driver';
import type { Accelerator, QemuMachine } from './machine';

/** Names in a VM's directory, which is QEMU's working directory. */
export const QEMU_FILES = {
  console: 'console.log',
  consoleSocket: 'console.sock',
  monitor: 'qmp.sock',
  memory: 'memory',
  errors: 'qemu.log',
  identity: 'qemu.json',
} as const;

/** Where a VM's memory lies, and whether what the guest writes goes there. */
export type QemuMemory =
  /** Nowhere: it goes with the process. */
  | { readonly kind: 'private' }
  /** A file of its own, which becomes part of a snapshot. */
  | { readonly kind: 'file' }
  /** A snapshot's file, of which each page is copied at its first write. */
  | { readonly kind: 'copy'; readonly file: string };

export interface QemuStart {
  readonly spec: VmSpec;
  readonly machine: QemuMachine;
  readonly accelerator: Accelerator;
  /** kHz of the time-stamp counter; only an emulated microvm is told. */
  readonly tsc: number;
  readonly memory: QemuMemory;
}

/** The guest cannot make it start other programs or change rights, should it ever break out of its VM. */
const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

/** A comma ends a value in QEMU's options; a doubled one does not. */
const escaped = (value: string): string => value.replaceAll(',', ',,');

/** Returns QEMU's arguments for a VM: two read-only disks, one network card, one serial line, a monitor; everything else is left out. */
export const qemuArguments = (start: QemuStart): readonly string[] => {
  const { spec, machine, accelerator } = start;
  const bus = machine === 'microvm' ? 'device' : 'pci';
  const { kernel = '', initrd = '' } = spec.image.layers;
  return [
    ...['-name', spec.id, '-no-user-config', '-nodefaults', '-display', 'none', '-no-reboot', '-sandbox', SANDBOX],
    ...['-machine', `${machine},memory-backend=memory`, '-accel', accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi'],
    ...['-cpu', cpuModel(accelerator), '-smp', String(spec.cpus), '-m', `${spec.memoryMiB}M`],
    ...['-object', memoryObject(start)],
    ...['-kernel', kernel, '-initrd', initrd, '-append', kernelWords(start)],
    ...diskArguments(spec, bus),
    ...['-netdev', netBackend(spec.network), '-device', `virtio-net-${bus},netdev=net,mac=${macOf(spec.network)}`],
    ...[
      '-chardev',
      `socket,id=console,path=${QEMU_FILES.consoleSocket},server=on,wait=off,logfile=${QEMU_FILES.console}`,
    ],
    ...['-serial', 'chardev:console', '-qmp', `unix:${QEMU_FILES.monitor},server=on,wait=off`],
    ...(start.memory.kind === 'copy' ? ['-incoming', 'defer'] : []),
  ];
};

/** Without `erms` a guest copies and clears eight bytes at a time instead of one, which counts where each step is emulated. */
export const cpuModel = (accelerator: Accelerator): string => (accelerator === 'kvm' ? 'host' : 'max,erms=off');

/** The order of the disks is part of a snapshot; the guest tells them apart by what is on them. */
const DISKS = ['base', 'agent'] as const;
export const DEVICES = `${DISKS.join('+')}+net`;

const diskArguments = ({ image }: VmSpec, bus: string): readonly string[] =>
  DISKS.flatMap((name) => {
    const file = image.layers[name];
    if (file === undefined) return [];
    const drive = `if=none,id=${name},file=${escaped(file)},format=raw,readonly=on`;
    return ['-drive', drive, '-device', `virtio-blk-${bus},drive=${name}`];
  });

const memoryObject = ({ memory, spec }: QemuStart): string => {
  const size = `id=memory,size=${spec.memoryMiB}M`;
  switch (memory.kind) {
    case 'private':
      return `memory-backend-ram,${size}`;
    case 'file':
      return `memory-backend-file,${size},mem-path=${QEMU_FILES.memory},share=on`;
    case 'copy':
      return `memory-backend-file,${size},mem-path=${escaped(memory.file)},share=off`;
  }
};

/**
 * What takes Debian's kernel a third of an emulated boot and is of no use to a guest of ours: trials of its ciphers, and the names of
 * values for its tracing. A function that a kernel does not have is ignored.
 */
const LEFT_OUT = ['cryptomgr.notests', 'initcall_blacklist=trace_eval_init'];

/**
 * A panic ends the VM at once (`panic=-1` reboots, `-no-reboot` makes an end of that). An emulated microvm has no clock but the TSC: without
 * `tsc=reliable` its guest counts timer ticks (refined-jiffies), loses some on a busy machine, and its clock falls behind.
 */
const kernelWords = ({ machine, accelerator, tsc }: QemuStart): string =>
  ['console=ttyS0', 'panic=-1', 'quiet', 'reboot=t', ...LEFT_OUT]
    .concat(machine === 'microvm' && accelerator === 'tcg' ? ['tsc=reliable', `tsc_early_khz=${tsc}`] : [])
    .join(' ');

const netBackend = (network: VmNetwork): string =>
  network.mode === 'forward'
    ? `user,id=net,hostfwd=tcp:127.0.0.1:${network.port}-:3000`
    : `tap,id=net,ifname=${escaped(network.tap)},script=no,downscript=no`;

/** Behind port forwarding each guest is alone, so all may have the same (QEMU's own range). */
const macOf = (network: VmNetwork): string => (network.mode === 'forward' ? '52:54:00:12:34:56' : network.mac);
