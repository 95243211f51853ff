import { lockHeld } from '@polydev/errors';
import type { Host } from '@polydev/host';
import { withHosts } from '../connect';
import { planOfRun, previousOf } from '../deploy/plan';
import { targetLayout } from '../layout';
import { lockHolder } from '../lock/lock-holder';
import type { RecoverInput, RecoveredHost } from '../operations';
import { closeDeployment } from '../record/close';
import { isDecided } from './decision';
import { deadRun, mend } from './mend';
import { runbookOf } from './recover';
import type { RunState } from '@polydev/runbook';

/**
 * Finishes or undoes what dead runs left of a target on every host, and closes their records; with `dryRun` it only says
 * what it would do. Returns one row for each host. Throws LOCK_HELD where a run is alive, RUN_STUCK where it cannot.
 */
export const recoverTarget = async (input: RecoverInput): Promise<readonly RecoveredHost[]> => {
  const { environment, target } = input;
  const rows = await withHosts(environment, input.signal, async (hosts) => {
    const found: RecoveredHost[] = [];
    for (const host of hosts) found.push(await recoverOn(host, input));
    return found;
  });
  if (input.dryRun) return rows;
  const ids = new Set(rows.flatMap(({ deployment }) => deployment ?? []));
  // Also what ended by itself and was never closed. Of other targets nothing is touched: each has a `recover` of its own.
  const own = { ...input, environment: { ...environment, targets: [target] } };
  for (const deployment of ids.size === 0 ? [NONE] : ids) await closeDeployment({ ...own, deployment });
  return rows;
};

/** No deployment's id: whatever is open is closed, and none is looked for. */
const NONE = 'none';

const recoverOn = async (host: Host, input: RecoverInput): Promise<RecoveredHost> => {
  const found = await deadRun(host, input);
  if (found === undefined) return { host: host.name, outcome: 'nothing' };
  if (input.dryRun) return { host: host.name, deployment: found.run, ...(await intended(host, found, input)) };
  const done = await mend(host, input);
  if (done === undefined) return { host: host.name, outcome: 'nothing' };
  const { deployment, outcome, release } = done;
  return { host: host.name, deployment, outcome, ...(release === undefined ? {} : { release }) };
};

/** What mending a run would do; throws LOCK_HELD where it is alive, as mending it would. */
const intended = async (
  host: Host,
  run: RunState,
  { environment, target }: RecoverInput,
): Promise<Pick<RecoveredHost, 'outcome' | 'release' | 'steps'>> => {
  const holder = await lockHolder(host, targetLayout(environment.stateDir, target.name).lock);
  if (holder !== undefined) throw lockHeld({ target: target.name, host: host.name, ...holder });
  return intention({ ...run, committed: await isDecided(host, run, environment) });
};

/** What mending a run would do. Pure. */
const intention = (run: RunState): Pick<RecoveredHost, 'outcome' | 'release' | 'steps'> => {
  const { steps, cleanup } = runbookOf(run);
  const plan = planOfRun(run);
  if (run.committed) return { outcome: 'moved', release: plan.release, steps: cleanup.map(({ name }) => name) };
  const release = previousOf(plan);
  const undone = steps.filter(({ name, undo }) => undo !== undefined && run.open.includes(name)).reverse();
  return {
    outcome: 'taken-back',
    ...(release === undefined ? {} : { release }),
    steps: undone.map(({ name }) => name),
  };
};
