import type { Report } from '@polydev/reporting';
import { Run, type Runbook } from '@polydev/runbook';
import type { EnvironmentConfig } from '@polydev/manifest';
import { withHealthBefore } from '../health/before';
import { targetLayout } from '../layout';
import { withSignatureBefore } from '../signatures/started';
import { signersOf } from '../signatures/signers';
import type { DeployContext } from './context';
import type { Planned } from './host-record';
import { hostJournal } from './journal';
import { reportSteps } from './report-steps';
import type { Moving } from './take-back';

export interface BeginInput extends Pick<DeployContext, 'transfer' | 'secrets' | 'signal'> {
  readonly runbook: Runbook<DeployContext>;
  readonly environment: EnvironmentConfig;
  readonly report: Report;
}

/** Begins a run of a runbook on one host: from here on its journal knows of it. Notes are kept for the record. */
export const beginRun = async <T extends Planned>(
  prepared: T,
  { runbook, environment, report, ...input }: BeginInput,
): Promise<Moving & { readonly prepared: T }> => {
  const { shell } = prepared;
  const signers = await signersOf(environment);
  const healthy = await withHealthBefore(shell.host, prepared.plan, input.signal);
  const plan = await withSignatureBefore(shell.host, healthy, signers);
  const notes: string[] = [];
  const note = (text: string) => {
    notes.push(text);
    report({ kind: 'note', text, host: shell.host.name });
  };
  const run = await Run.begin<DeployContext>({
    id: plan.deployment,
    runbook,
    context: { plan, shell, note, ...input, ...(signers ? { signers } : {}) },
    plan,
    journal: hostJournal(shell, targetLayout(plan.stateDir, plan.target).journal),
    onStep: reportSteps(report, shell.host.name),
    now: () => new Date(),
  });
  return { prepared, run, notes };
};
