import { open, readFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { snapshotUnusable, vmmFailed } from '@polydev/errors';
import { isRunning, type ProcessIdentity } from '../../vms/process-identity';
import { askHealth } from '../ask-health';
import { readConsole } from '../console-text';
import type { Vm, VmDriver, VmSpec } from '../driver';
import { untilBooted, untilStarted } from '../until';
import { urlOf } from '../url';
import { endProcess, endVmsBelow } from '../vm-process';
import { wakeLine } from '../wake-line';
import { launchAgent } from './launch';
import { PROCESS_FILES } from './supervisor';

/** Time that an agent has to end by itself. */
const STOP_MS = 2_000;

/** Runs an image's agent as a process of this machine: no VM, no isolation, for where none can be had. */
export const processDriver = (): VmDriver => ({
  name: 'process',
  probe: async () => ({
    usable: true,
    driver: 'process',
    accelerator: 'none',
    version: process.version,
    machine: 'none',
    snapshots: false,
  }),
  boot: async (spec) => processVm(spec, await launchAgent(spec)),
  restore: async (_spec, { directory }) => {
    throw snapshotUnusable({ directory, reason: 'an agent that runs as a process has no snapshots' });
  },
  attach: async (spec) => {
    const identity = await knownProcess(spec.directory);
    return identity && processVm(spec, identity);
  },
});

const processVm = (spec: VmSpec, identity: ProcessIdentity): Vm => {
  const console = () => readConsole(join(spec.directory, PROCESS_FILES.console));
  const running = () => isRunning(identity);
  const failed = async (what: string, cause?: unknown) =>
    vmmFailed({ vm: spec.id, what, output: await console(), cause });
  const refuse = async (): Promise<never> => {
    throw await failed('it is no VM, and cannot be paused or saved');
  };
  const vm: Vm = {
    spec,
    pid: identity.pid,
    url: urlOf(spec.network),
    console,
    running,
    booted: (signal) => untilBooted(vm, signal, failed),
    wake: async (wake) => {
      const fifo = await openFifo(spec.directory).catch(async (cause: unknown) => {
        throw await failed('it ended before it was woken', cause);
      });
      try {
        await fifo.write(`${wakeLine(wake, Date.now())}\n`);
        await untilStarted(vm, failed);
      } finally {
        await fifo.close();
      }
    },
    pause: refuse,
    snapshot: refuse,
    health: () => askHealth(vm.url),
    stop: async () => {
      await endProcess(identity, STOP_MS);
      // What the agent has started, and the agent itself where its shell had to be killed.
      await endVmsBelow(spec.directory);
    },
  };
  return vm;
};

/** Fails at once where nobody reads, instead of waiting for a reader. */
const openFifo = (directory: string) =>
  open(join(directory, PROCESS_FILES.wake), constants.O_WRONLY | constants.O_NONBLOCK);

const knownProcess = async (directory: string): Promise<ProcessIdentity | undefined> => {
  try {
    const identity = JSON.parse(await readFile(join(directory, PROCESS_FILES.identity), 'utf8')) as ProcessIdentity;
    return isRunning(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
};
