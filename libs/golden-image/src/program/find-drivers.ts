import type { DriverName } from '@polydev/contract';
import type { VmDriver } from '../drivers/driver';
import { firecrackerDriver } from '../drivers/firecracker/driver';
import { processDriver } from '../drivers/process/process-driver';
import { qemuDriver } from '../drivers/qemu/qemu-driver';
import type { ImagesLayout } from '../layout';
import type { ImageSettings } from '../settings';
import { chooseAmong, missingTools } from './choose-driver';
import type { Drivers } from './program';

/** Every way to run images that there is, on this machine and for these settings. */
export const findDrivers = (settings: ImageSettings, layout: ImagesLayout): Drivers => {
  // One for all: it asks QEMU once what it is.
  let qemu: VmDriver | undefined;
  const of = (name: DriverName): VmDriver => {
    switch (name) {
      case 'qemu':
        return (qemu ??= qemuDriver({ root: layout.root }));
      case 'process':
        return processDriver();
      case 'firecracker':
        return firecrackerDriver({ kernel: settings.firecrackerKernel, layers: layout.layers });
    }
  };
  return chooseAmong({ settings, of, missing: missingTools });
};
