import type { TargetConfig } from '@polydev/manifest';
import { otherSlot, type Slot } from '../layout';
import { unitNames } from '../units/names';
import { restartLine } from '../units/systemctl';
import type { TargetState } from './state';

/** What of a plan starts another release. */
export interface ServicePlan {
  readonly restart?: string;
  /** The unit that the service is, where it was generated (`service:`). */
  readonly unit?: string;
  /** Set for strategy blue-green. */
  readonly slots?: SlotsPlan;
}

/** How a release starts beside the one that serves, and how traffic moves. */
export interface SlotsPlan {
  readonly to: Slot;
  /** The slot that serves now; undefined where none does. */
  readonly from?: Slot;
  /** Id of the release that serves there, whatever stands at the path. */
  readonly serves?: string;
  /** Ports on which each slot's service listens. */
  readonly ports: Readonly<Record<Slot, number>>;
  /** Where the traffic engine listens. */
  readonly address: string;
  readonly port: number;
  readonly drainTimeoutMs: number;
  /** How long the release before stays running, for an instant way back. */
  readonly keepWarmMs: number;
  /** How long the new release is watched once it has the traffic. */
  readonly observeMs: number;
  /** Share of requests that may fail in that time, from 0 to 1. */
  readonly maxFailedShare: number;
  /** Unit that owns the port until the engine takes it over. */
  readonly takesOver?: string;
}

/** How a target's service is brought to run another release: by its own unit, by slots, or by the manifest's command. */
export const servicePlan = (target: TargetConfig, { targetFile }: Pick<TargetState, 'targetFile'>): ServicePlan => {
  const { service, traffic } = target;
  if (service === undefined) return target.restart ? { restart: target.restart } : {};
  const units = unitNames(target.name);
  if (target.strategy === 'rolling' || traffic === undefined) {
    return { unit: units.service, restart: restartLine(units.service) };
  }
  const from = targetFile?.live?.slot;
  const serves = from && targetFile.live?.release;
  const to = from === undefined ? 'blue' : otherSlot(from);
  const { slots: ports, address, port, drainTimeoutMs, keepWarmMs, observeMs, maxFailedShare, takesOver } = traffic;
  const slots = { ports, address, port, drainTimeoutMs, keepWarmMs, observeMs, maxFailedShare };
  return {
    unit: units.slot(to),
    slots: {
      to,
      ...(from ? { from } : {}),
      ...(serves ? { serves } : {}),
      ...slots,
      ...(takesOver ? { takesOver } : {}),
    },
  };
};
