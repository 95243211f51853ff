import type { DriverName } from '@polydev/contract';

/** How VMs of an environment are reached. */
export type NetworkSettings =
  /** A port of the host's loopback is forwarded to port 3000 of the guest; needs no rights. */
  | { readonly mode: 'forward' }
  /** A bridge with a tap for each VM and an address from the subnet; set up by root once. */
  | { readonly mode: 'bridge'; readonly bridge: string; readonly subnet: string };

/** What an environment says of its golden images. Travels to the host as `GOLDEN_IMAGE_SETTINGS`, one line of JSON. */
export interface ImageSettings {
  /** `<state_dir>/images`. */
  readonly root: string;
  /** Name of the target whose artifact is the agent. */
  readonly target: string;
  /** `auto` takes QEMU where it can be used, and `process` only where `allowProcess` says so. */
  readonly driver: DriverName | 'auto';
  readonly allowProcess: boolean;
  readonly network: NetworkSettings;
  /** Whole MiB of a VM. */
  readonly memoryMiB: number;
  readonly cpus: number;
  /** `manual`: says what it would have done, and leaves it. */
  readonly rebuild: 'auto' | 'manual';
  /** Images that are kept beside active, previous, pinned and leased ones. */
  readonly keep: number;
  /** Time that an agent has from its start until it is ready. */
  readonly readyTimeoutMs: number;
  /** Absolute path of an uncompressed kernel, for the driver `firecracker`: what it is tried with, and boots where an image's own is compressed. */
  readonly firecrackerKernel?: string | undefined;
}
