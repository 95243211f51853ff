import type { Slot } from '../layout';

/** Names of a target's generated systemd units; the one place that knows them. */
export interface UnitNames {
  /** In place (strategy rolling). */
  readonly service: string;
  readonly socket: string;
  /** One of two side by side (strategy blue-green). */
  readonly slot: (slot: Slot) => string;
  readonly slotTemplate: string;
  /** What ends a slot that was kept warm, when its time is over. */
  readonly retireTimer: (slot: Slot) => string;
  readonly retireService: (slot: Slot) => string;
  readonly retireTimerTemplate: string;
  readonly retireServiceTemplate: string;
  /** The traffic engine in front. */
  readonly traffic: string;
}

export const unitNames = (target: string): UnitNames => {
  const base = `polydev-${target}`;
  return {
    service: `${base}.service`,
    socket: `${base}.socket`,
    slot: (slot) => `${base}@${slot}.service`,
    slotTemplate: `${base}@.service`,
    retireTimer: (slot) => `${base}-retire@${slot}.timer`,
    retireService: (slot) => `${base}-retire@${slot}.service`,
    retireTimerTemplate: `${base}-retire@.timer`,
    retireServiceTemplate: `${base}-retire@.service`,
    traffic: `${base}-traffic.service`,
  };
};
