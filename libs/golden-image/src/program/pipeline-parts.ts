import { isOpsError } from '@polydev/errors';
import { endVmsBelow } from '../drivers/vm-process';
import { buildLayers } from '../layers/build-layers';
import type { PipelineParts } from '../pipeline';
import { billOfMaterials } from '../sbom/bill-of-materials';
import { liveLeases } from '../vms';
import { checkByBoot } from './check-by-boot';
import type { Program } from './program';

/** The pipeline's parts on this machine. `refresh`: look for a newer kernel. */
export const pipelineParts = (program: Program, { refresh }: { readonly refresh: boolean }): PipelineParts => {
  const { settings, by, now, report, signal } = program;
  return {
    settings,
    buildLayers: async ({ agent, source, signal }) => {
      const { name } = (await program.drivers.chosen()).driver;
      const built = await orWithoutVm(program, name === 'process' ? 'process' : 'vm', (kind) =>
        buildLayers({
          root: settings.root,
          kind,
          agent: { directory: agent, digest: source.digest },
          // Firecracker unpacks no kernel.
          ...(name === 'firecracker' && { kernelForm: 'elf' as const }),
          refresh,
          signal,
        }),
      );
      return { ...built, sbom: (image) => billOfMaterials(built, image) };
    },
    check: checkByBoot(program),
    endLeftVms: endVmsBelow,
    leased: async ({ root }) => new Set((await liveLeases(root)).map(({ image }) => image)),
    now,
    by,
    report,
    signal,
  };
};

/** Where a kernel cannot be downloaded, for want of a package mirror, the sandbox does without a VM as it does without QEMU. */
const orWithoutVm = async <T>(
  { settings, report }: Program,
  kind: 'vm' | 'process',
  build: (kind: 'vm' | 'process') => Promise<T>,
): Promise<T> => {
  try {
    return await build(kind);
  } catch (error) {
    const mayDoWithout = kind === 'vm' && settings.driver === 'auto' && settings.allowProcess;
    if (!mayDoWithout || !isOpsError(error, 'KERNEL_UNAVAILABLE')) throw error;
    report({ event: 'step', step: 'layers', state: 'skipped', detail: `no VM: ${error.message}` });
    return build('process');
  }
};
