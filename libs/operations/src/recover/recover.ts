import type { Host, HostShell } from '@polydev/host';
import { Run, type Backward, type Runbook, type RunOptions, type RunState } from '@polydev/runbook';
import type { Report } from '@polydev/reporting';
import { isOpsError, runbookUnknown, runStuck } from '@polydev/errors';
import { targetLayout } from '../layout';
import type { DeployContext } from '../deploy/context';
import { deployRunbooks } from '../deploy/deploy';
import { hostJournal } from '../deploy/journal';
import { planOfRun, previousOf, type DeployPlan } from '../deploy/plan';
import { reportSteps } from '../deploy/report-steps';
import type { OperationContext } from '../operations';
import { rollbackRunbooks } from '../rollback/rollback';
import { isDecided } from './decision';

export interface Recovery {
  /** The deployment that had died. */
  readonly deployment: string;
  /** Name of the runbook that it followed. */
  readonly runbook: string;
  readonly outcome: 'moved' | 'taken-back';
  /** Release that serves now. */
  readonly release: string | undefined;
}

/** Whether a run still has to be finished or undone: it never ended, or ended stuck. */
export const isUnfinished = (run: RunState | undefined): run is RunState =>
  run !== undefined && (run.outcome === undefined || run.outcome === 'stuck');

/**
 * Finishes what a dead run left on a host if it was past its point of no return, else undoes it. Under the target's
 * lock. Throws RUN_STUCK when it cannot.
 */
export const recoverRun = async (
  shell: HostShell,
  found: RunState,
  { environment, report }: Pick<OperationContext, 'environment' | 'report'>,
): Promise<Recovery> => {
  const plan = planOfRun(found);
  const { host } = shell;
  const state = { ...found, committed: await isDecided(host, found, environment) };
  report({
    kind: 'warning',
    host: host.name,
    text: `${plan.target}: ${storyOf(state)}.`,
  });
  const run = Run.takeOver(runOptions(shell, state, report), state);
  if (state.committed) {
    await run.commit();
    return { deployment: state.run, runbook: state.runbook, outcome: 'moved', release: plan.release };
  }
  return undo(run, { host, state });
};

/** What is known of a run that did not end well, and what is done about it. */
const storyOf = ({ run, committed, outcome }: RunState): string => {
  if (committed) return `deployment ${run} died here half-way, after its release had proven healthy; finishing it`;
  if (outcome === 'stuck') return `deployment ${run} could not be taken back before; trying again`;
  return `deployment ${run} died here half-way; undoing what it did`;
};

/** Takes back a run that had succeeded on this host, because its deployment as a whole did not. Throws RUN_STUCK. */
export const undoSucceeded = async (
  shell: HostShell,
  state: RunState,
  { report, reason }: { readonly report: Report; readonly reason: string },
): Promise<Recovery> => {
  const run = await Run.reopen(runOptions(shell, state, report), state, reason);
  return undo(run, { host: shell.host, state });
};

const undo = async (
  run: Run<DeployContext>,
  { host, state }: { readonly host: Host; readonly state: RunState },
): Promise<Recovery> => {
  const plan = planOfRun(state);
  const backward = await run.backward();
  if (!backward.ok) throw stuck(host, plan, { state, backward });
  return { deployment: state.run, runbook: state.runbook, outcome: 'taken-back', release: previousOf(plan) };
};

const RUNBOOKS: Readonly<Record<string, Runbook<DeployContext>>> = Object.fromEntries(
  [...deployRunbooks, ...rollbackRunbooks].map((runbook) => [runbook.name, runbook]),
);

/** The runbook that a run follows, by the name in the journal. */
export const runbookOf = ({ runbook, run }: Pick<RunState, 'runbook' | 'run'>): Runbook<DeployContext> => {
  const found = RUNBOOKS[runbook];
  if (found === undefined) throw runbookUnknown({ deployment: run, runbook });
  return found;
};

const runOptions = (shell: HostShell, state: RunState, report: Report): RunOptions<DeployContext> => {
  const plan = planOfRun(state);
  const context: DeployContext = {
    plan,
    shell,
    signal: new AbortController().signal,
    note: (text) => report({ kind: 'note', text, host: shell.host.name }),
  };
  return {
    id: state.run,
    runbook: runbookOf(state),
    context,
    plan,
    journal: hostJournal(shell, targetLayout(plan.stateDir, plan.target).journal),
    onStep: reportSteps(report, shell.host.name),
    now: () => new Date(),
  };
};

const stuck = (host: Host, plan: DeployPlan, { state, backward }: { state: RunState; backward: FailedUndo }) =>
  runStuck({
    target: plan.target,
    host: host.name,
    deployment: state.run,
    failure: state.failedStep ? `step "${state.failedStep}" had failed.` : 'its deployer died.',
    undoStep: backward.undoFailedAt,
    undoError: isOpsError(backward.undoError) ? backward.undoError.message : String(backward.undoError),
  });

type FailedUndo = Extract<Backward, { ok: false }>;
