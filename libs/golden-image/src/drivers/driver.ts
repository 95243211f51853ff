import type { DriverName, Layer } from '@polydev/contract';

/** Whether a driver can be used on this machine, found out by trying. */
export type DriverProbe =
  | {
      readonly usable: true;
      readonly driver: DriverName;
      readonly accelerator: 'kvm' | 'tcg' | 'none';
      /** Version of the VMM; Node's for `process`. */
      readonly version: string;
      /** `microvm`, `q35`, `firecracker`, `none`. */
      readonly machine: string;
      /** Whether it can pause, snapshot and restore. */
      readonly snapshots: boolean;
    }
  | { readonly usable: false; readonly driver: DriverName; readonly reason: string; readonly hint: string };
export type UsableProbe = Extract<DriverProbe, { usable: true }>;

/** The files of an image, wherever they lie: in the store, in a work directory, in an active image. */
export interface ImageFiles {
  readonly id: string;
  readonly kind: 'vm' | 'process';
  /** Absolute path of each layer that the image has. */
  readonly layers: Readonly<Partial<Record<Layer['name'], string>>>;
}

/** How a VM is reached; decided before it starts. */
export type VmNetwork =
  | { readonly mode: 'forward'; /** Port of the host's loopback; chosen by who starts it. */ readonly port: number }
  | {
      readonly mode: 'bridge';
      readonly tap: string;
      /** With its prefix: `192.168.100.5/24`. */
      readonly address: string;
      readonly gateway: string;
      readonly mac: string;
    };

export interface VmSpec {
  /** `vm-` and eight hex digits, or `check-…` of a validation. */
  readonly id: string;
  readonly image: ImageFiles;
  readonly network: VmNetwork;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** A fresh directory of its own: console, sockets, process id. */
  readonly directory: string;
  /** `check` and `source` end with the process that started them, and of a `source` a snapshot can be taken. Unless told otherwise it serves. */
  readonly use?: 'serve' | 'check' | 'source';
}

/** Whether the kernel ends a VM when the process dies that started it. */
export const endsWithStarter = (use: VmSpec['use']): boolean => use === 'check' || use === 'source';

/** Memory and device state of a paused VM, with what it is bound to. */
export interface Snapshot {
  readonly directory: string;
  /** VMM version, machine, accelerator, CPU model, memory, order of devices; another one cannot load it. */
  readonly fingerprint: string;
}

/** What the guest waits for before it starts its agent: what no two clones may share. */
export interface Wake {
  /** 32 random bytes as hex; the guest reseeds its kernel's generator with them before any Node process starts. */
  readonly seed: string;
  /** Milliseconds since the epoch; the guest sets its clock to it. Taken by the driver right before it is sent. */
  readonly network: VmNetwork;
  /** Image id that the agent is to answer with. */
  readonly image: string;
  /** Whether the agent's process is to print random bytes and its clock (validation). */
  readonly probe: boolean;
}

/** A VM that runs, or has ended; it lives on when the process that started it ends. */
export interface Vm {
  readonly spec: VmSpec;
  readonly pid: number;
  /** `http://127.0.0.1:3100` or `http://192.168.100.5:3000`. */
  readonly url: string;
  /** All of the console since the start, of at most 1 MiB. */
  readonly console: () => Promise<string>;
  readonly running: () => boolean;
  /** Resolves when the guest has printed that it waits for {@link Wake}; throws VMM_FAILED when its process ended, GUEST_FAILED when the guest gave up. */
  readonly booted: (signal: AbortSignal) => Promise<void>;
  readonly wake: (wake: Wake) => Promise<void>;
  readonly pause: () => Promise<void>;
  /** Of a paused `source` that was not woken yet. The VM is stopped afterwards: it shares its memory file with the snapshot. */
  readonly snapshot: (directory: string) => Promise<Snapshot>;
  /** One question to `/health`: status and body, or undefined where nothing answered in time. */
  readonly health: () => Promise<{ readonly status: number; readonly body: unknown } | undefined>;
  /** Ends it and waits until its process is gone; may be called twice, and on one that has ended. */
  readonly stop: () => Promise<void>;
}

/** One way to run images. Everything it starts goes on when this process ends, and is found again by {@link attach}. */
export interface VmDriver {
  readonly name: DriverName;
  readonly probe: () => Promise<DriverProbe>;
  /** Starts a VM from the image's files; the guest boots up to the point where it waits to be woken. */
  readonly boot: (spec: VmSpec) => Promise<Vm>;
  /** Starts a VM from a snapshot; it waits to be woken. Throws SNAPSHOT_UNUSABLE where the fingerprint differs. */
  readonly restore: (spec: VmSpec, snapshot: Snapshot) => Promise<Vm>;
  /** A VM started earlier, by its directory; undefined where its process is gone. */
  readonly attach: (spec: VmSpec) => Promise<Vm | undefined>;
}
