import { OpsError } from '../ops-error';

export const IMAGE_VM_CODES = [
  'IMAGE_NETWORK_INVALID',
  'IMAGE_NETWORK_NOT_UP',
  'IMAGE_TUN_CLOSED',
  'IMAGE_NETWORK_FAILED',
  'IMAGE_NETWORK_IN_USE',
  'IMAGE_ADDRESSES_TAKEN',
  'VM_START_FAILED',
  'VM_NOT_FOUND',
  'FIRECRACKER_REFUSED',
  'FIRECRACKER_KERNEL_MISSING',
  'FIRECRACKER_NEEDS_BRIDGE',
] as const;

/** The bridge or subnet of an environment cannot be used; `problems` holds one sentence each. */
export const imageNetworkInvalid = (problems: readonly string[]) =>
  new OpsError(
    'IMAGE_NETWORK_INVALID',
    `The network of the golden images cannot be used: ${problems.join(' ')} Nothing was changed.`,
    'Correct `bridge` and `subnet` of the golden image settings, as in bridge `golden0`, subnet `192.168.100.0/24`.',
  );

/** A VM was to be started on a bridge or tap that is not there. */
export const imageNetworkNotUp = (facts: { missing: readonly string[] }) =>
  new OpsError(
    'IMAGE_NETWORK_NOT_UP',
    `The VMs' network is not set up: ${facts.missing.join('; ')}. No VM was started.`,
    'Set it up on the server: `sudo -E node golden-image.cjs network up`. It lies in the directory of master-controller, takes GOLDEN_IMAGE_SETTINGS, can be repeated, and is needed again after each reboot.',
  );

/** The bridge and its taps stand, and the device is closed through which a VM takes its tap. */
export const imageTunClosed = (facts: { device: string; user: string; reason: string }) =>
  new OpsError(
    'IMAGE_TUN_CLOSED',
    `${facts.user} cannot open ${facts.device}, through which a VM takes its tap: ${facts.reason}. No VM was started.`,
    `As root: \`modprobe tun && chmod 0666 ${facts.device}\` (as Debian leaves it: a tap still opens for its owner only). A container needs the device from its host.`,
  );

/** A command that sets up the network, or takes it away, failed. */
export const imageNetworkFailed = (facts: { command: string; reason: string }) =>
  new OpsError(
    'IMAGE_NETWORK_FAILED',
    `\`${facts.command}\` failed: ${facts.reason}. What had been set up before it stays.`,
    'It needs root and the package iproute2. When the cause is settled, repeat the command: what stands is left as it is.',
  );

/** The network was to be taken away under VMs that run. */
export const imageNetworkInUse = (facts: { bridge: string; taps: readonly string[] }) =>
  new OpsError(
    'IMAGE_NETWORK_IN_USE',
    `VMs run on ${facts.bridge}, on ${facts.taps.join(', ')}. Nothing was taken away.`,
    'Stop them first: `golden-image vms stop --all`.',
  );

/** Each address (or port) that VMs may have belongs to one that runs. */
export const imageAddressesTaken = (facts: { kind: 'address' | 'port'; where: string; count: number }) =>
  new OpsError(
    'IMAGE_ADDRESSES_TAKEN',
    `All ${facts.count} ${facts.kind === 'port' ? 'ports' : 'addresses'} of ${facts.where} are taken by VMs that run. The VM was not started.`,
    'See them with `golden-image vms list` and stop those that are not needed: `golden-image vms stop <id>`.',
  );

/** Some of the VMs that were to be started did not become ready. */
export const vmStartFailed = (facts: {
  failed: readonly { id: string; reason: string }[];
  running: readonly string[];
}) =>
  new OpsError(
    'VM_START_FAILED',
    [
      `${facts.failed.length} of ${facts.failed.length + facts.running.length} VMs did not start; what they left was removed.`,
      ...facts.failed.map(({ id, reason }) => `${id}: ${reason}`),
      facts.running.length === 0 ? 'None of them runs.' : `These run: ${facts.running.join(', ')}.`,
    ].join('\n'),
    'When the cause is settled: `golden-image vms start <n>`.',
  );

/** A VM was named that does not run. */
export const vmNotFound = (facts: { ids: readonly string[]; running: readonly string[] }) =>
  new OpsError(
    'VM_NOT_FOUND',
    `No such VM runs: ${facts.ids.join(', ')}. ${facts.running.length === 0 ? 'None runs' : `Those that run: ${facts.running.join(', ')}`}; none was stopped.`,
    'List them: `golden-image vms list`.',
  );

/** Firecracker answered a request with an error. */
export const firecrackerRefused = (facts: { request: string; status: number; fault: string }) =>
  new OpsError(
    'FIRECRACKER_REFUSED',
    `Firecracker refused \`${facts.request}\` with ${facts.status}: ${facts.fault}`,
    'The VM was not started. Its log is `console` in its directory; `firecracker --version` says which one answered.',
  );

/** Firecracker boots an uncompressed kernel only, and the image has another. */
export const firecrackerKernelMissing = (facts: { kernel: string; found: string }) =>
  new OpsError(
    'FIRECRACKER_KERNEL_MISSING',
    `Firecracker boots an uncompressed ELF kernel (vmlinux) only; ${facts.kernel} is ${facts.found}. No VM was started.`,
    'Give the path of a vmlinux with virtio_mmio, virtio_blk, virtio_net and erofs, built in or as modules of the image, in `firecrackerKernel` of the golden image settings, or use the driver `qemu`.',
  );

/** Firecracker has no forwarding of ports. */
export const firecrackerNeedsBridge = () =>
  new OpsError(
    'FIRECRACKER_NEEDS_BRIDGE',
    'Firecracker reaches its VMs through a tap only, and the network mode is `forward`. No VM was started.',
    'Set the network mode `bridge` in the golden image settings, and set it up as root: `sudo -E node golden-image.cjs network up`.',
  );
