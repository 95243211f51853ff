import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VmView } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import { lastLines } from '../drivers/console-text';
import type { ImageFiles, Snapshot, Vm, VmDriver, VmSpec } from '../drivers/driver';
import { vmClock } from '../drivers/vm-clock';
import type { ImagesLayout } from '../layout';
import type { Run } from '../network';
import type { ImageSettings } from '../settings';
import { claimNetwork } from './claim-network';
import { releaseClaims } from './claims';
import { LEASE_FILE, removeVm, writeLease, type Lease } from './lease';
import { identityOf, ownIdentity } from './process-identity';
import { healthOf, viewOfVm } from './view';

export interface StartRequest {
  readonly layout: ImagesLayout;
  readonly settings: ImageSettings;
  readonly driver: VmDriver;
  readonly image: ImageFiles;
  /** Used where it fits this driver; else the VM boots. */
  readonly snapshot?: Snapshot;
  readonly signal: AbortSignal;
  readonly run?: Run;
}

/**
 * Time for a guest to boot until it waits. The image has been validated: one that takes longer is this machine's
 * trouble.
 */
const BOOT_MS = 60_000;
const POLL_MS = 50;

/** Starts one VM and returns it when it is ready; nothing of it is left otherwise. */
export async function startOne(request: StartRequest, id: string): Promise<VmView> {
  const { layout, settings } = request;
  request.signal.throwIfAborted();
  const own = ownIdentity();
  try {
    const network = await claimNetwork({ ...request, network: settings.network, vm: id });
    const spec = { id, image: request.image, network, ...sizeOf(settings), directory: layout.vm(id) };
    const startedAt = new Date().toISOString();
    const facts = { id, image: request.image.id, driver: request.driver.name, startedAt, spec, starter: own };
    return await startLeased(request, { version: 1, ...facts });
  } catch (error) {
    await releaseClaims(layout, id);
    throw error;
  }
}

const sizeOf = ({ memoryMiB, cpus }: ImageSettings) => ({ memoryMiB, cpus });

/** From the lease on, other processes see the VM. */
async function startLeased(request: StartRequest, lease: Lease): Promise<VmView> {
  const { layout, signal } = request;
  await placeLease(layout, lease);
  let vm: Vm | undefined;
  try {
    vm = await bootOrRestore(request, lease.spec);
    const identity = identityOf(vm.pid);
    const running = identity ? { ...lease, process: identity } : lease;
    await writeLease(lease.spec.directory, running);
    await vm.booted(AbortSignal.any([signal, AbortSignal.timeout(BOOT_MS)]));
    const { network } = lease.spec;
    await vm.wake({ seed: randomBytes(32).toString('hex'), network, image: lease.image, probe: false });
    await untilReady(vm, request);
    await writeLease(lease.spec.directory, { ...running, ready: true });
    return viewOfVm(running, 'ready');
  } catch (error) {
    await vm?.stop();
    await removeVm(layout, lease.id);
    throw error;
  }
}

/** The directory appears with its lease in it, so that nobody takes it for what a dead starter left. */
async function placeLease(layout: ImagesLayout, lease: Lease): Promise<void> {
  const draft = join(layout.vms, `.new-${lease.starter.pid}-${lease.id}`);
  await mkdir(draft);
  await writeLease(draft, lease);
  await rename(draft, layout.vm(lease.id));
}

async function bootOrRestore({ driver, snapshot }: StartRequest, spec: VmSpec): Promise<Vm> {
  if (!snapshot) return driver.boot(spec);
  try {
    return await driver.restore(spec, snapshot);
  } catch (error) {
    // The VMM or the machine has changed since the snapshot was taken; the layers are as good as they were.
    if (!isOpsError(error, 'SNAPSHOT_UNUSABLE')) throw error;
    await removeAttempt(spec.directory);
    return driver.boot(spec);
  }
}

/** Console and sockets of a start that came to nothing: a driver starts in a fresh directory. */
async function removeAttempt(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (name !== LEASE_FILE) await rm(join(directory, name), { recursive: true, force: true });
}

async function untilReady(vm: Vm, { settings, signal }: StartRequest): Promise<void> {
  const clock = await vmClock(vm.pid);
  let seen = 'unreachable';
  while (!(await clock.passed(settings.readyTimeoutMs))) {
    signal.throwIfAborted();
    seen = await healthOf(vm);
    if (seen === 'ready') return;
    if (!vm.running()) break;
    await sleep(POLL_MS);
  }
  const state = vm.running() ? `was ${seen} after ${settings.readyTimeoutMs} ms` : 'ended';
  throw new Error(`the agent ${state}; its console ended with:\n${lastLines(await vm.console(), 10).join('\n')}`);
}
