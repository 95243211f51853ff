import type { Host } from '@polydev/host';
import { withHosts } from '../connect';
import { previousOf, type DeployPlan } from '../deploy/plan';
import type { RecoverInput, RecoveredHost } from '../operations';
import { closeDeployment } from '../record/close';
import { deadRun, mend } from './mend';
import { runbookOf } from './recover';
import type { RunState } from '@polydev/runbook';

/**
 * Finishes or undoes what dead runs left of a target on every host, and closes their records; with `dryRun` it only says
 * what it would do. Returns one row for each host. Throws LOCK_HELD where a run is alive, RUN_STUCK where it cannot.
 */
export const recoverTarget = async (input: RecoverInput): Promise<readonly RecoveredHost[]> => {
  const rows = await withHosts(input.environment, input.signal, async (hosts) => {
    const found: RecoveredHost[] = [];
    for (const host of hosts) found.push(await recoverOn(host, input));
    return found;
  });
  const ids = new Set(rows.flatMap(({ deployment }) => deployment ?? []));
  if (!input.dryRun) for (const deployment of ids) await closeDeployment({ ...input, deployment });
  return rows;
};

const recoverOn = async (host: Host, input: RecoverInput): Promise<RecoveredHost> => {
  const found = await deadRun(host, input);
  if (found === undefined) return { host: host.name, outcome: 'nothing' };
  if (input.dryRun) return { host: host.name, deployment: found.run, ...intended(found) };
  const done = await mend(host, input);
  if (done === undefined) return { host: host.name, outcome: 'nothing' };
  const { deployment, outcome, release } = done;
  return { host: host.name, deployment, outcome, ...(release === undefined ? {} : { release }) };
};

/** What mending a run would do. Pure. */
const intended = (run: RunState): Pick<RecoveredHost, 'outcome' | 'release' | 'steps'> => {
  const { steps, cleanup } = runbookOf(run);
  const plan = run.plan as DeployPlan;
  if (run.committed) return { outcome: 'moved', release: plan.release, steps: cleanup.map(({ name }) => name) };
  const release = previousOf(plan);
  const undone = steps.filter(({ name, undo }) => undo !== undefined && run.open.includes(name)).reverse();
  return {
    outcome: 'taken-back',
    ...(release === undefined ? {} : { release }),
    steps: undone.map(({ name }) => name),
  };
};
