import type { DriverName, Verdict } from '@polydev/contract';
import type { ImageFiles, Snapshot, VmDriver, VmNetwork } from '../drivers/driver';
import type { BootLimits } from './limits';

/** Gives VMs their networks, and takes them back. */
export interface VmNetworks {
  readonly take: (vm: string) => Promise<VmNetwork>;
  readonly giveBack: (vm: string) => Promise<void>;
}

export interface ImageCheckRequest {
  readonly image: ImageFiles;
  /** SHA-256 of the file list of the artifact that the agent is from; the agent answers it. */
  readonly digest: string;
  readonly driver: VmDriver;
  /** Tried after a fault of the infrastructure: the same program on another machine model. The first driver unless told otherwise. */
  readonly retryWith?: VmDriver;
  /** `boot`: once to a ready agent. `full`: two clones from a snapshot are compared as well, where the driver has snapshots. */
  readonly depth: 'boot' | 'full';
  readonly memoryMiB: number;
  readonly cpus: number;
  /** A directory of its own, made and removed here; on the file system of `snapshot`. */
  readonly directory: string;
  /** Where the snapshot that the clones came from is left when all is well; it is removed unless told otherwise. */
  readonly snapshot?: string;
  /** Ports of the loopback unless told otherwise. */
  readonly networks?: VmNetworks;
  readonly limits?: Partial<BootLimits>;
  readonly signal: AbortSignal;
}

/** What a boot of an image showed. */
export interface ImageCheck {
  readonly verdict: Verdict;
  /** What was seen, as a sentence without its full stop. */
  readonly detail: string;
  /** The last lines of the console of the VM that the verdict is about. */
  readonly console: readonly string[];
  readonly driver: DriverName;
  readonly accelerator: 'kvm' | 'tcg' | 'none';
  readonly machine: string;
  /** Of the VMM; Node's without one. */
  readonly version: string;
  /** From the start of the VMM to the first ready answer, or to the verdict where there was none. */
  readonly bootMs: number;
  /** From the start of the VMM to the first ready answer of the slower clone. */
  readonly restoreMs?: number;
  /** The largest difference between a guest's clock and the host's. */
  readonly clockSkewMs?: number;
  /** The snapshot that was left, where one was asked for. */
  readonly snapshot?: Snapshot;
  /** 2 where the infrastructure was at fault at first. */
  readonly attempts: 1 | 2;
}
