import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot, Vm, VmDriver, VmSpec } from '../drivers/driver';
import { endVmsBelow } from '../drivers/vm-process';
import type { ImageCheckRequest } from './check-request';
import { forwardedPorts } from './networks';

/** Where the VMs of one attempt run. Whatever was started on it is stopped and removed with it. */
export interface Stage {
  readonly directory: string;
  readonly signal: AbortSignal;
  /** `source`: a snapshot of it is to be taken. */
  readonly boot: (use: Use) => Promise<Vm>;
  readonly restore: (snapshot: Snapshot) => Promise<Vm>;
  /** Begins work that the stage waits for before it goes; it is aborted when the stage goes first. */
  readonly begin: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Runs `use` on a fresh stage. When it ends or fails, or the request's signal is aborted, everything on the stage ends with it. */
export const withStage = async <T>(
  { request, driver }: { readonly request: ImageCheckRequest; readonly driver: VmDriver },
  use: (stage: Stage) => Promise<T>,
): Promise<T> => {
  const { networks = forwardedPorts } = request;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, request.signal]);
  const begun: Promise<unknown>[] = [];
  const vms: Vm[] = [];
  const names: string[] = [];
  const add: Add = async (use, make) => {
    signal.throwIfAborted();
    const spec = { ...(await newSpec(request, networks)), use };
    names.push(spec.id);
    return vms[vms.push(await make(spec)) - 1] as Vm;
  };
  const begin: Stage['begin'] = (work) => {
    const promise = work();
    begun.push(promise.catch(() => undefined));
    return promise;
  };
  const { directory } = request;
  await mkdir(directory, { recursive: true });
  try {
    const stage = { directory, signal, begin, ...startersOf(add, driver) };
    return await orAborted(
      stage.begin(() => use(stage)),
      request.signal,
    );
  } finally {
    over.abort(new Error('the check is over'));
    const stopAll = () => Promise.all(vms.map((vm) => vm.stop()));
    await stopAll();
    await Promise.all(begun);
    // One of them may have been starting a VM when the others were stopped.
    await stopAll();
    await endVmsBelow(directory);
    await Promise.all(names.map((name) => networks.giveBack(name)));
    await rm(directory, { recursive: true, force: true });
  }
};

type Use = 'check' | 'source';
type Add = (use: Use, make: (spec: VmSpec) => Promise<Vm>) => Promise<Vm>;

const startersOf = (add: Add, driver: VmDriver): Pick<Stage, 'boot' | 'restore'> => ({
  boot: (use) => add(use, driver.boot),
  restore: (snapshot) => add('check', (spec) => driver.restore(spec, snapshot)),
});

const newSpec = async (
  { image, memoryMiB, cpus, directory }: ImageCheckRequest,
  networks: NonNullable<ImageCheckRequest['networks']>,
): Promise<VmSpec> => {
  const id = `check-${randomBytes(4).toString('hex')}`;
  const own = join(directory, id);
  await mkdir(own);
  return { id, image, network: await networks.take(id), memoryMiB, cpus, directory: own };
};

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
const orAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
