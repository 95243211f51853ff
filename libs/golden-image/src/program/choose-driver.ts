import type { DriverName } from '@polydev/contract';
import { driverUnusable } from '@polydev/errors';
import type { DriverProbe, VmDriver } from '../drivers/driver';
import type { ImageSettings } from '../settings';
import { findTool, IMAGE_TOOLS, LAYER_TOOLS } from '../tools';
import type { Drivers, FoundDriver } from './program';

interface Choice {
  readonly settings: Pick<ImageSettings, 'driver' | 'allowProcess'>;
  readonly of: (name: DriverName) => VmDriver;
  /** Programs that an image with a VM needs and this machine lacks, with their Debian packages. */
  readonly missing: () => readonly string[];
}

/** The ways to run images on this machine, chosen by the settings and by what works. */
export const chooseAmong = ({ settings, of, missing }: Choice): Drivers => {
  const chosen = async (): Promise<FoundDriver> => {
    if (settings.driver !== 'auto') return usable(of(settings.driver));
    const reason = missing().length > 0 ? `${missing().join(', ')} missing` : undefined;
    const qemu =
      reason === undefined
        ? await tried(of('qemu'))
        : ({ usable: false, driver: 'qemu', reason, hint: SET_UP } as const);
    if (qemu.usable) return { driver: of('qemu'), probe: qemu };
    if (settings.allowProcess) return usable(of('process'));
    throw driverUnusable(qemu);
  };
  return {
    of,
    chosen,
    forKind: async (kind) => {
      if (kind === 'process') return usable(of('process'));
      // An image with a VM stays one, also where another driver is chosen for those to come.
      return settings.driver === 'firecracker' ? usable(of('firecracker')) : usable(of('qemu'));
    },
  };
};

const SET_UP =
  'Run `bash scripts/install-golden-image.sh`, or choose the driver `process` (no VM) in `golden_image` of .deploy.yaml.';

/** Programs that images with a VM need and this machine lacks. */
export const missingTools = (): readonly string[] =>
  LAYER_TOOLS.vm.filter((tool) => findTool(tool) === undefined).map((tool) => `${tool} (package ${IMAGE_TOOLS[tool]})`);

const tried = (driver: VmDriver): Promise<DriverProbe> => driver.probe();

const usable = async (driver: VmDriver): Promise<FoundDriver> => {
  const probe = await driver.probe();
  if (!probe.usable) throw driverUnusable(probe);
  return { driver, probe };
};
