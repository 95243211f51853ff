import type { HostRecord } from '@polydev/contract';
import { isOpsError, runStuck, stepFailed, unexpected, type OpsError } from '@polydev/errors';
import type { Backward, Forward, Run } from '@polydev/runbook';
import type { DeployInput } from '../operations';
import type { DeployContext } from './context';
import { nameOf, recordOf } from './host-record';
import { previousOf } from './plan';
import type { Prepared } from './prepare';

/** One host on its way. */
export interface Moving {
  readonly prepared: Prepared;
  readonly run: Run<DeployContext>;
  readonly notes: string[];
}

export type Failure = Extract<Forward, { ok: false }>;

/** A host that goes back; `failure` where it is the one that failed. */
interface GoingBack extends Moving {
  readonly failure?: Failure;
}

/** Takes one host back, or leaves it where the manifest says so; reports the error and returns what the record says. */
export const takeBack = async (input: DeployInput, host: GoingBack): Promise<HostRecord> => {
  const { target, report } = input;
  const { prepared, run, notes, failure } = host;
  const base = { steps: [...run.timings], notes: [...notes], ...(failure ? { failedStep: failure.failedStep } : {}) };
  if (target.rollbackOnFailure === false) {
    await run.leave();
    const error = failedError(host, 'Everything was left as it is: rollback_on_failure is false.');
    report({ kind: 'error', error, host: nameOf(prepared) });
    return recordOf(prepared, { ...base, outcome: 'stuck', release: prepared.plan.release, error: factsOf(error) });
  }
  const backward = await run.backward();
  if (!backward.ok) {
    const error = stuckError(host, backward);
    report({ kind: 'error', error, host: nameOf(prepared) });
    return recordOf(prepared, { ...base, outcome: 'stuck', error: factsOf(error) });
  }
  const previous = previousOf(prepared.plan);
  const facts = { ...base, outcome: 'taken-back' as const, ...(previous ? { release: previous } : {}) };
  if (!failure) return recordOf(prepared, facts);
  const error = failedError(host, servesAfterUndo(prepared));
  report({ kind: 'error', error, host: nameOf(prepared) });
  return recordOf(prepared, { ...facts, error: factsOf(error) });
};

const factsOf = ({ code, message, hint }: OpsError) => ({ code, message, hint });

const failedError = ({ prepared, failure }: GoingBack, serves: string): OpsError =>
  stepFailed({
    target: prepared.plan.target,
    host: nameOf(prepared),
    step: failure?.failedStep ?? 'none of its own',
    cause: explain(failure?.error ?? new Error('another host failed')),
    serves,
  });

const stuckError = ({ prepared, failure }: GoingBack, backward: Extract<Backward, { ok: false }>): OpsError =>
  runStuck({
    target: prepared.plan.target,
    host: nameOf(prepared),
    deployment: prepared.plan.release,
    failure: failure
      ? `step "${failure.failedStep}" failed: ${explain(failure.error).message}`
      : 'another host failed.',
    undoStep: backward.undoFailedAt,
    undoError: explain(backward.undoError).message,
  });

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

/** A situation with words, whatever was thrown. */
const explain = (error: unknown): OpsError => (isOpsError(error) ? error : unexpected(error));
