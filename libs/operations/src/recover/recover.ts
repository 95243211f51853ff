import type { Host, HostShell } from '@polydev/host';
import { Run, type Backward, type Runbook, type RunOptions, type RunState } from '@polydev/runbook';
import type { Report } from '@polydev/reporting';
import { combined, isOpsError, runbookUnknown, runStuck, type OpsError } from '@polydev/errors';
import { targetLayout } from '../layout';
import type { DeployContext } from '../deploy/context';
import { auditRecovery } from '../audit/audit-recovery';
import type { Auditing } from '../audit/auditor';
import { signersOf } from '../signatures/signers';
import { deployRunbooks } from '../deploy/deploy';
import { hostJournal } from '../deploy/journal';
import { planOfRun, previousOf, type DeployPlan } from '../deploy/plan';
import { reportSteps } from '../deploy/report-steps';
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

/** What it takes to finish or undo a run. */
export interface RecoverContext extends Auditing {
  readonly report: Report;
}

/** Whether a run still has to be finished or undone: it never ended, or ended stuck. */
export const isUnfinished = (run: RunState | undefined): run is RunState =>
  run !== undefined && (run.outcome === undefined || run.outcome === 'stuck');

/**
 * Finishes what a dead run left on a host if it was past its point of no return, else undoes it. Under the target's
 * lock. Throws RUN_STUCK when it cannot.
 */
export const recoverRun = async (shell: HostShell, found: RunState, context: RecoverContext): Promise<Recovery> => {
  const { environment, report } = context;
  const plan = planOfRun(found);
  const { host } = shell;
  const state = { ...found, committed: await isDecided(host, found, environment) };
  report({
    kind: 'warning',
    host: host.name,
    text: `${plan.target}: ${storyOf(state)}.`,
  });
  const run = Run.takeOver(await runOptions(shell, state, context), state);
  if (state.committed) {
    await run.commit();
    await auditRecovery(shell, { plan, result: 'succeeded' }, context);
    return { deployment: state.run, runbook: state.runbook, outcome: 'moved', release: plan.release };
  }
  return undo(run, { shell, state, context });
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
  { reason, ...context }: RecoverContext & { readonly reason: string },
): Promise<Recovery> => {
  const run = await Run.reopen(await runOptions(shell, state, context), state, reason);
  return undo(run, { shell, state, context, reason });
};

const undo = async (run: Run<DeployContext>, { shell, state, context, reason }: Undoing): Promise<Recovery> => {
  const plan = planOfRun(state);
  const backward = await run.backward();
  const why = reason === undefined ? {} : { reason };
  const audit = auditRecovery(shell, { plan, result: backward.ok ? 'rolled-back' : 'stuck', ...why }, context);
  if (!backward.ok) throw await withUnwritten(stuck(shell.host, plan, { state, backward }), audit);
  await audit;
  return { deployment: state.run, runbook: state.runbook, outcome: 'taken-back', release: previousOf(plan) };
};

/** An error, with that of its entry in the audit log where that could not be written either. */
const withUnwritten = async (error: OpsError, audit: Promise<void>): Promise<OpsError> => {
  try {
    await audit;
    return error;
  } catch (unwritten) {
    if (!isOpsError(unwritten)) throw unwritten;
    return combined([error, unwritten]);
  }
};

interface Undoing {
  readonly shell: HostShell;
  readonly state: RunState;
  readonly context: RecoverContext;
  readonly reason?: string;
}

const RUNBOOKS: Readonly<Record<string, Runbook<DeployContext>>> = Object.fromEntries(
  [...deployRunbooks, ...rollbackRunbooks].map((runbook) => [runbook.name, runbook]),
);

/** The runbook that a run follows, by the name in the journal. */
export const runbookOf = ({ runbook, run }: Pick<RunState, 'runbook' | 'run'>): Runbook<DeployContext> => {
  const found = RUNBOOKS[runbook];
  if (found === undefined) throw runbookUnknown({ deployment: run, runbook });
  return found;
};

const runOptions = async (
  shell: HostShell,
  state: RunState,
  { environment, report }: RecoverContext,
): Promise<RunOptions<DeployContext>> => {
  const plan = planOfRun(state);
  const signers = await signersOf(environment);
  const context: DeployContext = {
    plan,
    shell,
    signal: new AbortController().signal,
    ...(signers ? { signers } : {}),
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
