import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { driverNameSchema, imageIdSchema, type DriverName } from '@polydev/contract';
import { z } from 'zod';
import type { VmSpec } from '../drivers/driver';
import { vmProcessesBelow } from '../drivers/vm-process';
import { imagesLayout, type ImagesLayout } from '../layout';
import { releaseClaims } from './claims';
import { identitySchema, isRunning, type ProcessIdentity } from './process-identity';

/** `vm.json`: that a VM uses an image. Valid while its process lives, or the process that starts it. */
export interface Lease {
  readonly version: 1;
  readonly id: string;
  readonly image: string;
  readonly driver: DriverName;
  readonly startedAt: string;
  readonly spec: VmSpec;
  /** Who starts it; the only one that lives before the VM has a process. */
  readonly starter: ProcessIdentity;
  /** The VM's own process, once it has one. */
  readonly process?: ProcessIdentity;
  /** Its agent was ready, and its id was told. */
  readonly ready?: true;
}

/** What of a lease is followed without a further look. */
const leaseSchema = z.object({
  id: z.string(),
  image: imageIdSchema,
  driver: driverNameSchema,
  spec: z.object({
    directory: z.string(),
    image: z.object({ kind: z.enum(['vm', 'process']) }),
    network: z.union([
      z.object({ mode: z.literal('forward'), port: z.number() }),
      z.object({ mode: z.literal('bridge'), address: z.string() }),
    ]),
  }),
  starter: identitySchema,
  process: identitySchema.optional(),
});

export const VM_ID = /^vm-[0-9a-f]{8}$/;
export const LEASE_FILE = 'vm.json';
const leaseFile = (layout: ImagesLayout, id: string) => join(layout.vm(id), LEASE_FILE);

/** Writes a lease in one piece; its VM's directory has to be there. */
export async function writeLease(directory: string, lease: Lease): Promise<void> {
  const draft = join(directory, `.vm.json-${lease.starter.pid}`);
  await writeFile(draft, JSON.stringify(lease, undefined, 2), { flush: true });
  await rename(draft, join(directory, LEASE_FILE));
}

/** Returns the lease of a VM, undefined where there is none. */
export async function readLease(layout: ImagesLayout, id: string): Promise<Lease | undefined> {
  const text = await readFile(leaseFile(layout, id), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return leaseSchema.safeParse(value).success ? (value as Lease) : undefined;
  } catch {
    return undefined; // Written in one piece, so a disk broke it: what it says of a process cannot be trusted.
  }
}

/** Whether a VM runs, or is being started. */
export async function isLive(lease: Lease): Promise<boolean> {
  if (lease.process) return isRunning(lease.process);
  return isRunning(lease.starter) || (await vmProcessesBelow(lease.spec.directory)).length > 0;
}

/** Whether a VM's starter died before it was ready: nobody was told of it, and nobody will wake it. */
export const isAbandoned = (lease: Lease): boolean => lease.ready !== true && !isRunning(lease.starter);

const vmIds = async (layout: ImagesLayout): Promise<readonly string[]> =>
  (await readdir(layout.vms).catch(() => [])).filter((name) => VM_ID.test(name)).sort();

/** Every lease below a root, of living and dead VMs, by id. */
export async function readLeases(layout: ImagesLayout): Promise<readonly Lease[]> {
  const leases = await Promise.all((await vmIds(layout)).map((id) => readLease(layout, id)));
  return leases.filter((lease) => lease !== undefined);
}

/** Ids of directories without a lease that can be read: whether a VM runs there only its processes tell. */
export async function unleasedIds(layout: ImagesLayout): Promise<readonly string[]> {
  const ids = await vmIds(layout);
  const leases = await Promise.all(ids.map((id) => readLease(layout, id)));
  return ids.filter((_, index) => leases[index] === undefined);
}

/** Leases of the VMs that run or are being started: what they use must stay. `root` is `<state_dir>/images`. */
export async function liveLeases(root: string): Promise<readonly Lease[]> {
  const leases = await readLeases(imagesLayout(root));
  const live = await Promise.all(leases.map(isLive));
  return leases.filter((_, index) => live[index]);
}

/** Removes what a VM that has ended left: its directory, and the address or port it had. */
export async function removeVm(layout: ImagesLayout, id: string): Promise<void> {
  await rm(layout.vm(id), { recursive: true, force: true });
  await releaseClaims(layout, id);
}
