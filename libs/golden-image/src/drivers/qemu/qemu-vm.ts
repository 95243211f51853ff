import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { vmmFailed } from '@polydev/errors';
import { isRunning } from '../../vms/process-identity';
import { askHealth } from '../ask-health';
import { readConsole } from '../console-text';
import type { Snapshot, Vm, VmSpec } from '../driver';
import { untilBooted, untilStarted } from '../until';
import { urlOf } from '../url';
import { endProcess } from '../vm-process';
import { wakeLine } from '../wake-line';
import { QEMU_FILES } from './command-line';
import { fingerprintOf, type QemuFacts } from './fingerprint';
import { qemuErrors, type QemuIdentity } from './launch';
import { saveState } from './migrate';
import { withMonitor, type Qmp } from './qmp-client';
import { writeSnapshot } from './snapshot-files';
import { connectWhenThere } from './sockets';

/** A VM that runs in QEMU, or has ended. */
export const qemuVm = (spec: VmSpec, identity: QemuIdentity, facts: () => Promise<QemuFacts>): Vm => {
  const { directory } = spec;
  const running = () => isRunning(identity);
  const failed = failure(spec);
  const console = () => readConsole(join(directory, QEMU_FILES.console));
  const stop = () => endProcess(identity);
  const vm: Vm = {
    spec,
    pid: identity.pid,
    url: urlOf(spec.network),
    console,
    running,
    booted: async (signal) => {
      if (!identity.restored) await untilBooted(vm, signal, failed);
    },
    wake: async (wake) => {
      const socket = await connectWhenThere({ directory, name: QEMU_FILES.consoleSocket }, running);
      if (!socket) throw await failed('it ended before it was woken');
      socket.on('error', () => undefined).resume();
      // Closed only when the guest has read it: QEMU drops what it has not taken when its client goes.
      socket.write(`${wakeLine(wake, Date.now())}\n`);
      await untilStarted(vm, failed).finally(() => socket.destroy());
    },
    pause: async () => {
      await monitor(vm, failed, (qmp) => qmp.execute('stop'));
    },
    snapshot: async (target): Promise<Snapshot> => {
      const state = await monitor(vm, failed, (qmp) => saveState(qmp, directory));
      await stop();
      await mkdir(target, { recursive: true });
      const known = await facts();
      const saved = { fingerprint: fingerprintOf(known, spec), machine: known.machine };
      return writeSnapshot(target, { vm: directory, state, facts: saved });
    },
    health: () => askHealth(vm.url),
    stop,
  };
  return vm;
};

/** Makes the error of a VM of no use, with what QEMU says of itself. */
export type Failed = (what: string, cause?: unknown) => Promise<Error>;

export const failure =
  (spec: VmSpec): Failed =>
  async (what, cause) =>
    vmmFailed({ vm: spec.id, what, output: await qemuErrors(spec.directory), cause });

/** Talks to a VM's monitor; throws VMM_FAILED where it cannot be talked to or refuses. */
export const monitor = async <T>(
  vm: Pick<Vm, 'spec' | 'running'>,
  failed: Failed,
  talk: (qmp: Qmp) => Promise<T>,
): Promise<T> => {
  const socket = await connectWhenThere({ directory: vm.spec.directory, name: QEMU_FILES.monitor }, vm.running);
  if (!socket) throw await failed('QEMU ended, or opened no monitor');
  try {
    return await withMonitor(socket, talk);
  } catch (cause) {
    throw await failed(cause instanceof Error ? cause.message : String(cause), cause);
  }
};
