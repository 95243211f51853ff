import type { DriverName } from '@polydev/contract';
import type { UsableProbe, VmDriver } from '../drivers/driver';
import type { ImagesLayout } from '../layout';
import type { StepEvent } from '../pipeline';
import type { ImageSettings } from '../settings';

/** A driver that was found to work here. */
export interface FoundDriver {
  readonly driver: VmDriver;
  readonly probe: UsableProbe;
}

/** The ways to run images on this machine. */
export interface Drivers {
  readonly of: (name: DriverName) => VmDriver;
  /** The one that the settings choose; for `auto` the first that works. Throws DRIVER_UNUSABLE. */
  readonly chosen: () => Promise<FoundDriver>;
  /** The one for an image that is there: one without VMs for one that was built so. Throws DRIVER_UNUSABLE. */
  readonly forKind: (kind: 'vm' | 'process') => Promise<FoundDriver>;
}

/** What each verb has at hand. */
export interface Program {
  readonly settings: ImageSettings;
  readonly layout: ImagesLayout;
  readonly drivers: Drivers;
  /** Who runs it: `anna@laptop`. */
  readonly by: string;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly report: (event: StepEvent) => void;
}
