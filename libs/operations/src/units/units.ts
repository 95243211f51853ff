import type { TargetConfig } from '@polydev/manifest';
import { inPlaceUnits, slotUnits, type Unit } from './service-units';
import { trafficUnit } from './traffic-unit';

export interface UnitsInput {
  readonly target: TargetConfig;
  readonly stateDir: string;
  /** Group of the account that deploys. */
  readonly group: string;
}

/** All units that a target's hosts have to have, as files below `/etc/systemd/system`; none without `service`. Pure. */
export const unitsOf = ({ target, stateDir, group }: UnitsInput): readonly Unit[] => {
  const { service, traffic, strategy } = target;
  if (service === undefined) return [];
  return [
    ...(strategy === 'blue-green' ? slotUnits(target, service, stateDir) : inPlaceUnits(target, service, stateDir)),
    ...(traffic ? [trafficUnit(target, stateDir, group)] : []),
  ];
};
