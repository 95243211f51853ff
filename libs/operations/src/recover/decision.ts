import { decisionUnknown } from '@polydev/errors';
import { connectSsh, type Host } from '@polydev/host';
import type { EnvironmentConfig } from '@polydev/manifest';
import { lastRun, type RunState } from '@polydev/runbook';
import { redactionOf } from '../connect';
import { planOfRun } from '../deploy/plan';
import { targetLayout } from '../layout';

/** A run in a target's journal, which may be long: only its own lines are read. */
export const runOf = async (host: Host, journal: string, run: string): Promise<RunState | undefined> => {
  const { stdout } = await host.exec(['grep', '--fixed-strings', '--', `"run":${JSON.stringify(run)}`, journal]);
  return lastRun(stdout);
};

/**
 * Whether a run that died is to be finished rather than undone: it was past its point of no return, or the one that
 * decides for all that went with it was. One that was reopened goes back, whatever had been decided. Throws DECISION_UNKNOWN where that one cannot be asked.
 */
export const isDecided = async (host: Host, run: RunState, environment: EnvironmentConfig): Promise<boolean> => {
  const { decidedBy, stateDir } = planOfRun(run);
  if (run.committed || run.reopened || decidedBy === undefined) return run.committed;
  const { journal } = targetLayout(stateDir, decidedBy.target);
  if (decidedBy.host === host.name) return (await runOf(host, journal, run.run))?.committed === true;
  const other = await connectToDecider(host, run, { environment, decider: decidedBy.host });
  try {
    return (await runOf(other, journal, run.run))?.committed === true;
  } finally {
    await other.close().catch(() => undefined);
  }
};

const connectToDecider = async (
  { name }: Host,
  { run }: RunState,
  { environment, decider }: { readonly environment: EnvironmentConfig; readonly decider: string },
): Promise<Host> => {
  const config = environment.hosts.find((host) => host.name === decider);
  const facts = { deployment: run, host: name, decider };
  if (config === undefined) throw decisionUnknown({ ...facts, reason: 'the manifest does not list it any more' });
  try {
    return await connectSsh({ ...config, signal: AbortSignal.timeout(LONGEST_MS), ...redactionOf(environment) });
  } catch (error) {
    throw decisionUnknown({ ...facts, reason: error instanceof Error ? error.message : String(error) });
  }
};

/** Longest that another host is tried. */
const LONGEST_MS = 30_000;
