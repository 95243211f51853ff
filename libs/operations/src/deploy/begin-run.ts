import type { Report } from '@polydev/reporting';
import { Run, type Runbook } from '@polydev/runbook';
import { withHealthBefore } from '../health/before';
import { targetLayout } from '../layout';
import type { DeployContext } from './context';
import type { Planned } from './host-record';
import { hostJournal } from './journal';
import { reportSteps } from './report-steps';
import type { Moving } from './take-back';

export interface BeginInput extends Pick<DeployContext, 'transfer' | 'signal'> {
  readonly runbook: Runbook<DeployContext>;
  readonly report: Report;
}

/** Begins a run of a runbook on one host: from here on its journal knows of it. Notes are kept for the record. */
export const beginRun = async <T extends Planned>(
  prepared: T,
  { runbook, report, ...input }: BeginInput,
): Promise<Moving & { readonly prepared: T }> => {
  const { shell } = prepared;
  const plan = await withHealthBefore(shell.host, prepared.plan, input.signal);
  const notes: string[] = [];
  const note = (text: string) => {
    notes.push(text);
    report({ kind: 'note', text, host: shell.host.name });
  };
  const run = await Run.begin<DeployContext>({
    id: plan.deployment,
    runbook,
    context: { plan, shell, note, ...input },
    plan,
    journal: hostJournal(shell, targetLayout(plan.stateDir, plan.target).journal),
    onStep: reportSteps(report, shell.host.name),
    now: () => new Date(),
  });
  return { prepared, run, notes };
};
