import { mustRun } from '@polydev/host';
import { targetLayout, type Slot } from '../../layout';
import { program } from '../../programs';
import { restartUnit, runSystemctl, unitState } from '../../units/systemctl';
import { unitNames } from '../../units/names';
import { waitForBefore } from '../../health/before';
import { observeTraffic } from '../../traffic/observe';
import { readTraffic } from '../../traffic/read';
import { retireSlot, switchTraffic, waitUntilDrained, writeTrafficConfig } from '../../traffic/switch';
import { trafficOf } from '../../traffic/settings';
import { assertBeforeStarts } from '../../signatures/started';
import type { DeployContext } from '../context';
import { slotsOf, stopSlot } from './slots';

export const takeOverSkipped = ({ plan }: DeployContext): string | undefined =>
  plan.slots?.takesOver !== undefined && plan.slots.from === undefined ? undefined : 'the port is the engine’s already';

/**
 * Moves the port from the unit that owned it until now to the traffic engine, which has the new release behind it from
 * its first moment on. Between the two nobody answers; how long that was is measured on the host, and said.
 */
export const takeOverPort = async (context: DeployContext): Promise<string> => {
  const { plan, shell, note } = context;
  const { to, takesOver = '', port } = slotsOf(context);
  await writeTrafficConfig(shell, trafficOf(plan), { live: to });
  if ((await unitState(shell.host, unitNames(plan.target).traffic)).active) return 'it has the port already';
  note(`Nobody answers on port ${port} for a moment, while it passes from ${takesOver} to the traffic engine.`);
  const { stdout } = await mustRun(shell, program('handover', takesOver, unitNames(plan.target).traffic), {
    keepLock: false,
    timeoutMs: plan.commandTimeoutMs,
  });
  return `nobody answered on port ${port} for ${stdout.trim()} ms`;
};

/** Starts the unit that owned the port again. */
export const givePortBack = async (context: DeployContext): Promise<void> => {
  const { plan, shell } = context;
  const { takesOver = '' } = slotsOf(context);
  await mustRun(shell, program('handover', unitNames(plan.target).traffic, takesOver), {
    keepLock: false,
    timeoutMs: plan.commandTimeoutMs,
  });
};

/** Points the engine at the new release, by its runtime interface and then in its configuration; nothing is reloaded. */
export const moveTraffic = async (context: DeployContext): Promise<string> => {
  const { plan, shell, signal } = context;
  const { to } = slotsOf(context);
  const settings = trafficOf(plan);
  const { engine } = await readTraffic(shell, settings, settings.patienceMs);
  if (engine) context.engineBefore = engine;
  return switchTraffic(shell, settings, { to, signal });
};

/** Sees the release before serve in its slot again, and points the engine back at it. */
export const moveTrafficBack = async (context: DeployContext): Promise<string> => {
  const { plan, shell } = context;
  const { from } = slotsOf(context);
  const untouched = { ...context, signal: new AbortController().signal };
  if (from === undefined) {
    await switchTraffic(shell, trafficOf(plan), { to: undefined, engineMayBeDown: true });
    return 'nothing served before';
  }
  await revive(untouched, from);
  const health = await waitForBefore(shell.host, plan);
  return `${await switchTraffic(shell, trafficOf(plan), { to: from, engineMayBeDown: true })}; ${health}`;
};

/** Has a slot run again what it ran, where it was stopped meanwhile, or the host was. */
const revive = async (context: DeployContext, slot: Slot): Promise<void> => {
  const { plan, shell } = context;
  const units = unitNames(plan.target);
  const { serves = '', ports } = slotsOf(context);
  await assertBeforeStarts(context);
  const layout = targetLayout(plan.stateDir, plan.target);
  await mustRun(shell, program('slot', 'set', layout.slots, slot, layout.release(serves), `PORT=${ports[slot]}`));
  await runSystemctl(context, 'stop', units.retireTimer(slot));
  await runSystemctl(context, 'stop', units.retireService(slot));
  if (!(await unitState(shell.host, units.slot(slot))).active) await restartUnit(context, units.slot(slot));
};

export const observeSkipped = ({ plan }: DeployContext): string | undefined =>
  (plan.slots?.observeMs ?? 0) > 0 ? undefined : 'no `observe`';

/** Watches what the engine counts of the new release's answers, for the time that the manifest says. */
export const observe = async (context: DeployContext): Promise<string> => {
  const { plan, shell, signal, engineBefore } = context;
  const { to, observeMs, maxFailedShare } = slotsOf(context);
  const window = { slot: to, windowMs: observeMs, maxFailedShare, signal };
  return observeTraffic(shell, trafficOf(plan), { ...window, ...(engineBefore ? { baseline: engineBefore } : {}) });
};

export const drainSkipped = ({ plan }: DeployContext): string | undefined =>
  plan.slots?.from === undefined ? 'nothing served before' : undefined;

/**
 * Waits until the release before has ended its last request. What never ends is closed by the service itself, on
 * SIGTERM, once the time is over. Then it stays warm for a while, for an instant way back.
 */
export const drainPrevious = async (context: DeployContext): Promise<string> => {
  const { plan, shell, signal } = context;
  const { from, drainTimeoutMs, keepWarmMs } = slotsOf(context);
  if (from === undefined) return '';
  const units = unitNames(plan.target);
  const drained = await waitUntilDrained(shell, trafficOf(plan), { slot: from, timeoutMs: drainTimeoutMs, signal });
  if (keepWarmMs === 0) {
    await stopSlot(context, from);
    await retireSlot(shell, trafficOf(plan), from);
    return `${drained.text}; stopped`;
  }
  if (!drained.ok) await restartUnit(context, units.slot(from));
  await mustRun(shell, program('slot', 'cool', targetLayout(plan.stateDir, plan.target).slots, from));
  await runSystemctl(context, 'restart', units.retireTimer(from));
  return `${drained.text}; warm for ${keepWarmMs / 1000} s`;
};
