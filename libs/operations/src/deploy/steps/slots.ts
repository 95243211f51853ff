import { mustRun } from '@polydev/host';
import { targetLayout, type Slot } from '../../layout';
import { program } from '../../programs';
import { restartUnit, runSystemctl, unitState } from '../../units/systemctl';
import { unitNames } from '../../units/names';
import { waitUntilHealthy } from '../../health/wait';
import { waitUntilSettled } from '../../health/settled';
import { urlOfSlot } from '../../health/slot-url';
import { assertStarts } from '../../signatures/started';
import type { DeployContext } from '../context';
import type { SlotsPlan } from '../plan-service';

/** The slots of a plan; only steps of the blue-green runbooks ask. */
export const slotsOf = ({ plan }: Pick<DeployContext, 'plan'>): SlotsPlan => {
  if (!plan.slots) throw new Error('This plan has no slots.');
  return plan.slots;
};

/** Starts the release in the slot that does not serve, unless it still runs there from before. */
export const startRelease = async (context: DeployContext): Promise<string> => {
  const { plan, shell } = context;
  const { to, ports } = slotsOf(context);
  const layout = targetLayout(plan.stateDir, plan.target);
  const units = unitNames(plan.target);
  const release = layout.release(plan.release);
  await assertStarts(context);
  // A service that is still warm has the values it was started with: with others it is not as it was.
  const environment = [`PORT=${ports[to]}`, ...(plan.secrets ? [`SECRETS_VERSION=${plan.secrets.version}`] : [])];
  const { stdout } = await mustRun(shell, program('slot', 'set', layout.slots, to, release, ...environment));
  const [outcome = '', uptime = ''] = stdout.split('\n');
  context.swappedAt = Number(uptime);
  // From here on nothing that was to end this slot may do so.
  await runSystemctl(context, 'stop', units.retireTimer(to));
  await runSystemctl(context, 'stop', units.retireService(to));
  const state = await unitState(shell.host, units.slot(to));
  if (outcome === 'as it was' && state.active) return `still warm in slot ${to}`;
  await restartUnit(context, units.slot(to));
  return `slot ${to}, port ${ports[to]}`;
};

export const stopRelease = async (context: DeployContext): Promise<void> => {
  const { to } = slotsOf(context);
  await stopSlot(context, to);
};

/** Ends what runs in a slot, and keeps it from coming back with the host. */
export const stopSlot = async (context: DeployContext, slot: Slot): Promise<void> => {
  const { plan, shell } = context;
  await mustRun(shell, program('slot', 'off', targetLayout(plan.stateDir, plan.target).slots, slot));
  await runSystemctl(context, 'stop', unitNames(plan.target).slot(slot));
};

/** Asks the new release itself, on its own port, until it is healthy and has run for a while without falling over. */
export const checkSlotHealth = async (context: DeployContext): Promise<string> => {
  const { plan, shell, signal, note } = context;
  const { to, ports } = slotsOf(context);
  if (!plan.healthCheck) return '';
  const layout = targetLayout(plan.stateDir, plan.target);
  const check = { ...plan.healthCheck, url: urlOfSlot(plan.healthCheck.url, ports[to]) };
  const unit = unitNames(plan.target).slot(to);
  const releases = `${layout.home}/releases`;
  const health = await waitUntilHealthy({
    host: shell.host,
    check,
    signal,
    expected: { release: plan.release, process: { startedAfter: 0, releases } },
    unit,
  });
  if (health.doubt) note(health.doubt);
  await waitUntilSettled(shell.host, unit, signal);
  return health.detail;
};
