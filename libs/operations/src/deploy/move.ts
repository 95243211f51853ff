import type { HostRecord } from '@polydev/contract';
import { isOpsError, runStuck, stepFailed, unexpected, type OpsError } from '@polydev/errors';
import { Run, type Forward } from '@polydev/runbook';
import { targetLayout } from '../layout';
import type { DeployInput } from '../operations';
import { previousOf } from '../recover/recover';
import { sentFiles, type DeployContext } from './context';
import { deploy } from './deploy';
import { hostJournal } from './journal';
import { confirmedFile, type Prepared } from './prepare';
import { reportSteps } from './report-steps';

/** One host on its way. */
interface Moving {
  readonly prepared: Prepared;
  readonly run: Run<DeployContext>;
  readonly notes: string[];
}

/**
 * Moves the hosts one after another. The first that fails stops the roll; it and every host already moved go back, and
 * no host is past its point of no return before the last one is healthy.
 */
export const moveHosts = async (input: DeployInput, prepared: readonly Prepared[]): Promise<HostRecord[]> => {
  const records = new Map<string, HostRecord>();
  const moving: Moving[] = [];
  for (const host of prepared) {
    if (host.unchanged) {
      records.set(nameOf(host), await confirm(host, host.unchanged.release));
      continue;
    }
    const mover = await begin(input, host);
    moving.push(mover);
    const forward = await mover.run.forward(input.signal);
    if (!forward.ok) {
      await giveUp(input, moving, forward, records);
      break;
    }
  }
  for (const mover of moving) {
    if (!records.has(nameOf(mover.prepared))) records.set(nameOf(mover.prepared), await finish(input, mover));
  }
  return prepared.map((host) => records.get(nameOf(host)) ?? recordOf(host, { outcome: 'not-reached' }));
};

const nameOf = ({ shell }: Prepared): string => shell.host.name;

const begin = async ({ signal, report }: DeployInput, prepared: Prepared): Promise<Moving> => {
  const { shell, plan, transfer } = prepared;
  const notes: string[] = [];
  const note = (text: string) => {
    notes.push(text);
    report({ kind: 'note', text, host: shell.host.name });
  };
  const run = await Run.begin<DeployContext>({
    id: plan.release,
    runbook: deploy,
    context: { plan, shell, transfer, signal, note },
    plan,
    journal: hostJournal(shell, targetLayout(plan.stateDir, plan.target).journal),
    onStep: reportSteps(report, shell.host.name),
    now: () => new Date(),
  });
  return { prepared, run, notes };
};

const finish = async ({ report }: DeployInput, mover: Moving): Promise<HostRecord> => {
  const { plan, transfer } = mover.prepared;
  const leftovers = await mover.run.commit();
  for (const { step, error } of leftovers) {
    const text = `${step} failed and left something behind: ${error instanceof Error ? error.message : String(error)}`;
    mover.notes.push(text);
    report({ kind: 'warning', text, host: nameOf(mover.prepared), hint: 'The next deploy tries again.' });
  }
  const sent = sentFiles(transfer);
  const files = transfer.artifact.entries.filter(({ type }) => type === 'file').length;
  return recordOf(mover.prepared, {
    outcome: 'moved',
    release: plan.release,
    steps: [...mover.run.timings],
    notes: mover.notes,
    transfer: {
      bytes: sent.reduce((sum, { size }) => sum + size, 0),
      sentFiles: sent.length,
      reusedFiles: files - sent.length,
    },
  });
};

/** The manifest's `rollback_on_failure`, applied to the host that failed and to those moved before it. */
const giveUp = async (
  input: DeployInput,
  moving: readonly Moving[],
  failure: Extract<Forward, { ok: false }>,
  records: Map<string, HostRecord>,
): Promise<void> => {
  for (const mover of [...moving].reverse()) {
    const failed = mover === moving.at(-1);
    records.set(nameOf(mover.prepared), await takeBack(input, mover, failed ? failure : undefined));
  }
};

const takeBack = async (
  { target, report }: DeployInput,
  mover: Moving,
  failure: Extract<Forward, { ok: false }> | undefined,
): Promise<HostRecord> => {
  const { plan, shell } = mover.prepared;
  const host = shell.host.name;
  const cause = failure && explain(failure.error);
  const facts = { target: target.name, host, step: failure?.failedStep ?? '' };
  const base = {
    steps: [...mover.run.timings],
    notes: mover.notes,
    ...(failure ? { failedStep: failure.failedStep } : {}),
  };
  const withError = (error: OpsError | undefined) =>
    error ? { error: { code: error.code, message: error.message, hint: error.hint } } : {};
  if (target.rollbackOnFailure === false) {
    await mover.run.leave();
    const error =
      cause && stepFailed({ ...facts, cause, serves: `Everything was left as it is: rollback_on_failure is false.` });
    if (error) report({ kind: 'error', error, host });
    return recordOf(mover.prepared, { ...base, outcome: 'stuck', release: plan.release, ...withError(error) });
  }
  const backward = await mover.run.backward();
  if (backward.ok) {
    const previous = previousOf(plan);
    const error = cause && stepFailed({ ...facts, cause, serves: servesAfterUndo(mover.prepared) });
    if (error) report({ kind: 'error', error, host });
    return recordOf(mover.prepared, {
      ...base,
      outcome: 'taken-back',
      ...(previous ? { release: previous } : {}),
      ...withError(error),
    });
  }
  const error = runStuck({
    target: target.name,
    host,
    deployment: plan.release,
    failure: cause ? `step "${facts.step}" failed: ${cause.message}` : 'another host failed.',
    undoStep: backward.undoFailedAt,
    undoError: explain(backward.undoError).message,
  });
  report({ kind: 'error', error, host });
  return recordOf(mover.prepared, { ...base, outcome: 'stuck', ...withError(error) });
};

const servesAfterUndo = ({ plan }: Prepared): string => {
  switch (plan.before.kind) {
    case 'nothing':
      return 'Everything was undone; nothing serves, as before.';
    case 'directory':
      return `Everything was undone; the directory at ${plan.path} serves, as before.`;
    case 'symlink':
      return `Everything was undone; ${plan.before.release ?? plan.before.link} keeps serving.`;
  }
};

/** A situation with words, whatever was thrown. An abort comes as the abort's own reason. */
const explain = (error: unknown): OpsError => (isOpsError(error) ? error : unexpected(error));

const confirm = async (host: Prepared, release: string): Promise<HostRecord> => {
  const { plan, shell } = host;
  const file = `${JSON.stringify(confirmedFile(plan, release), null, 2)}\n`;
  await shell.writeFile(targetLayout(plan.stateDir, plan.target).targetFile, file);
  return recordOf(host, { outcome: 'unchanged', release });
};

const recordOf = (host: Prepared, facts: Partial<HostRecord> & Pick<HostRecord, 'outcome'>): HostRecord => {
  const previous = previousOf(host.plan);
  return { host: nameOf(host), steps: [], notes: [], ...(previous ? { previous } : {}), ...facts };
};
