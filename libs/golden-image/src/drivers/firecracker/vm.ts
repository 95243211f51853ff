import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity } from '../../vms/process-identity';
import { askHealth } from '../ask-health';
import { readConsole } from '../console-text';
import type { Snapshot, Vm, VmSpec } from '../driver';
import { untilBooted, untilStarted } from '../until';
import { urlOf } from '../url';
import { endProcess } from '../vm-process';
import { wakeLine } from '../wake-line';
import { callApi } from './api';
import { createCall, stateCall, VM_FILES, type SnapshotPaths } from './calls';
import { failure, writeConsole } from './process';

/** Time that Firecracker has to end by itself. */
const TERM_MS = 2_000;
const FINGERPRINT_FILE = 'fingerprint';

export const snapshotPaths = (directory: string): SnapshotPaths => ({
  state: join(directory, 'state'),
  memory: join(directory, 'memory'),
});

export interface FirecrackerVm {
  readonly spec: VmSpec;
  readonly identity: ProcessIdentity;
  /** A clone has said that it waits before it was one. */
  readonly restored: boolean;
  /** What a snapshot of it would be bound to. */
  readonly fingerprint: () => Promise<string>;
}

/** A VM whose process runs. */
export function firecrackerVm({ spec, identity, restored, fingerprint }: FirecrackerVm): Vm {
  const { directory } = spec;
  const url = urlOf(spec.network);
  const stop = () => endProcess(identity, TERM_MS);
  const failed = async (what: string) => failure(what, directory);
  const vm: Vm = {
    spec,
    pid: identity.pid,
    url,
    console: () => readConsole(join(directory, VM_FILES.console)),
    running: () => isRunning(identity),
    booted: async (signal) => {
      if (!restored) await untilBooted(vm, signal, failed);
    },
    wake: async (wake) => {
      await writeConsole(directory, wakeLine(wake, Date.now()));
      await untilStarted(vm, failed);
    },
    pause: async () => {
      await callApi(directory, stateCall('Paused'));
    },
    snapshot: async (place) => {
      const snapshot = await takeSnapshot(directory, place, await fingerprint());
      // Its source is never resumed: what it would do from here on, each clone does as well.
      await stop();
      return snapshot;
    },
    health: () => askHealth(url),
    stop,
  };
  return vm;
}

async function takeSnapshot(directory: string, place: string, fingerprint: string): Promise<Snapshot> {
  await mkdir(place, { recursive: true });
  const paths = snapshotPaths(place);
  await callApi(directory, createCall(paths));
  // Clones map the memory file: whoever wrote to it would write into their memory.
  for (const file of [paths.state, paths.memory]) await chmod(file, 0o400);
  await writeFile(join(place, FINGERPRINT_FILE), fingerprint);
  return { directory: place, fingerprint };
}
