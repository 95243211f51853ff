import { driverNameSchema } from '@polydev/contract';
import type { DriverProbe } from '../drivers/driver';
import type { Result } from './output';
import type { Program } from './program';

/** Tries every driver on this machine, and says what was found. */
export const probeVerb = async ({ drivers }: Program): Promise<Result> => {
  const probes = await Promise.all(driverNameSchema.options.map((name) => drivers.of(name).probe()));
  return { of: 'words', value: { drivers: probes }, text: probes.map(probeText).join('\n') };
};

const probeText = (probe: DriverProbe): string =>
  probe.usable
    ? `${probe.driver}: works (${probe.version}, ${probe.machine}, ${probe.accelerator}${probe.snapshots ? '' : ', no snapshots'})`
    : `${probe.driver}: does not work: ${probe.reason}. ${probe.hint}`;
