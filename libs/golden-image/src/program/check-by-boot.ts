import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { qemuDriver } from '../drivers/qemu/qemu-driver';
import type { CheckRequest, CheckResult } from '../pipeline';
import { validateImage } from '../validate/validate-image';
import { claimNetwork, releaseClaims } from '../vms';
import type { Program } from './program';

/** Boots images with the driver of their kind and in the network that VMs have here, and tells what came of it. */
export const checkByBoot =
  ({ settings, layout, drivers }: Program) =>
  async ({ image, digest, depth, directory, signal }: CheckRequest): Promise<CheckResult> => {
    const { driver } = await drivers.forKind(image.kind);
    await mkdir(directory, { recursive: true });
    return validateImage({
      image,
      digest,
      depth,
      driver,
      // The model of machine that boots more surely, if less fast.
      ...(driver.name === 'qemu' && { retryWith: qemuDriver({ root: settings.root, machine: 'q35' }) }),
      memoryMiB: settings.memoryMiB,
      cpus: settings.cpus,
      directory: join(directory, 'vms'),
      snapshot: join(directory, 'snapshot'),
      networks: {
        take: (vm) => claimNetwork({ layout, network: settings.network, vm }),
        giveBack: (vm) => releaseClaims(layout, vm),
      },
      limits: { readyMs: settings.readyTimeoutMs },
      signal,
    });
  };
