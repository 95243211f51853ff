import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { driverUnusable, imageDiskFull, snapshotUnusable } from '@polydev/errors';
import { imagesLayout } from '../../layout';
import { isRunning } from '../../vms/process-identity';
import type { DriverProbe, Snapshot, Vm, VmDriver, VmSpec } from '../driver';
import { accelerator } from './accelerator';
import { qemuArguments, type QemuMemory } from './command-line';
import { findQemu, type FoundQemu } from './find-qemu';
import { differenceOf, fingerprintOf, type QemuFacts } from './fingerprint';
import { knownQemu, launchQemu } from './launch';
import { tscKiloHertz, type QemuMachine } from './machine';
import { loadState } from './migrate';
import { failure, monitor, qemuVm } from './qemu-vm';
import { readSnapshot, SNAPSHOT_FILES } from './snapshot-files';

export interface QemuOptions {
  /** `<state_dir>/images`: kernels to try KVM with are looked for there, and the answer is kept there. */
  readonly root: string;
  /** The model that new VMs boot on; a restored one has its snapshot's. `microvm` unless told otherwise. */
  readonly machine?: QemuMachine;
}

/** Runs images in QEMU, under KVM where a trial boot shows that it works, else emulated (TCG). */
export const qemuDriver = (options: QemuOptions): VmDriver => {
  const { root, machine = 'microvm' } = options;
  // Once for each driver: what is measured may differ in its last digits from time to time.
  let tsc: Promise<number> | undefined;
  let qemu: Promise<FoundQemu> | undefined;
  const found = () => (qemu ??= findQemu());
  const look = async (layers: VmSpec['image']['layers'], model: QemuMachine = machine) => {
    const known = await found();
    if ('reason' in known) throw driverUnusable({ driver: 'qemu', ...known });
    const { program, version } = known;
    tsc ??= tscKiloHertz();
    const facts: QemuFacts = {
      version,
      machine: model,
      accelerator: await accelerator({ root, program, version, machine: model, layers }),
      tsc: await tsc,
    };
    return { program, facts };
  };
  const factsFor = (spec: VmSpec, model?: QemuMachine) => async () => (await look(spec.image.layers, model)).facts;

  return {
    name: 'qemu',
    probe: async () => {
      const known = await found();
      return 'reason' in known ? { usable: false, driver: 'qemu', ...known } : probe(await keptKernel(root), look);
    },
    boot: async (spec) => bootVm(spec, { ...(await look(spec.image.layers)), factsOf: factsFor(spec) }),
    restore: async (spec, snapshot) => {
      const { facts: saved, state } = await readSnapshot(snapshot.directory);
      const { program, facts } = await look(spec.image.layers, saved.machine);
      requireFit(spec, { ...snapshot, fingerprint: saved.fingerprint }, facts);
      return restoreVm(spec, { program, facts, state, snapshot });
    },
    attach: async (spec) => {
      const identity = await knownQemu(spec.directory);
      return identity && qemuVm(spec, identity, factsFor(spec));
    },
  };
};

interface Boot {
  readonly program: string;
  readonly facts: QemuFacts;
  readonly factsOf: () => Promise<QemuFacts>;
}

const bootVm = async (spec: VmSpec, { program, facts, factsOf }: Boot): Promise<Vm> => {
  const memory: QemuMemory = { kind: spec.use === 'source' ? 'file' : 'private' };
  if (memory.kind === 'file') await requireRoom(spec);
  const identity = await launchQemu({ spec, program, restored: false }, qemuArguments({ spec, ...facts, memory }));
  return qemuVm(spec, identity, factsOf);
};

const MIB = 1024 * 1024;

/** A guest whose memory is a file dies without a word where the disk has no room for it. */
const requireRoom = async ({ id, directory, memoryMiB }: VmSpec): Promise<void> => {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < memoryMiB * MIB)
    throw imageDiskFull({ directory, doing: `making room for the memory of ${id}` });
};

type Look = (layers: VmSpec['image']['layers']) => Promise<{ readonly facts: QemuFacts }>;

const probe = async (layers: VmSpec['image']['layers'], look: Look): Promise<DriverProbe> => {
  const { facts } = await look(layers);
  return {
    usable: true,
    driver: 'qemu',
    accelerator: facts.accelerator,
    version: facts.version,
    machine: facts.machine,
    snapshots: true,
  };
};

/** Any kernel and initrd of the store will do to see whether KVM works; a damaged pair only makes the answer TCG. */
const keptKernel = async (root: string): Promise<VmSpec['image']['layers']> => {
  const { layers } = imagesLayout(root);
  const names = await readdir(layers).catch(() => []);
  const [kernel, initrd] = ['kernel', 'initrd'].map((kind) =>
    names.find((name) => new RegExp(`^${kind}-[0-9a-f]{64}$`).test(name)),
  );
  return kernel !== undefined && initrd !== undefined
    ? { kernel: join(layers, kernel), initrd: join(layers, initrd) }
    : {};
};

const requireFit = (spec: VmSpec, { directory, fingerprint }: Snapshot, facts: QemuFacts): void => {
  const now = fingerprintOf(facts, spec);
  if (now !== fingerprint) throw snapshotUnusable({ directory, reason: differenceOf(fingerprint, now) });
};

interface Restore {
  readonly program: string;
  readonly facts: QemuFacts;
  readonly state: Buffer;
  readonly snapshot: Snapshot;
}

const restoreVm = async (spec: VmSpec, { program, facts, state, snapshot }: Restore): Promise<Vm> => {
  const memory = { kind: 'copy', file: join(snapshot.directory, SNAPSHOT_FILES.memory) } as const;
  const identity = await launchQemu({ spec, program, restored: true }, qemuArguments({ spec, ...facts, memory }));
  const vm = qemuVm(spec, identity, async () => facts);
  const alive = () => isRunning(identity);
  try {
    await monitor(vm, failure(spec), (qmp) => loadState(qmp, { directory: spec.directory, state, alive }));
    return vm;
  } catch (error) {
    await vm.stop();
    throw error;
  }
};
