import type { HostRecord } from '@polydev/contract';
import { isOpsError, runStuck, stepFailed, unexpected, type OpsError } from '@polydev/errors';
import type { Backward, Forward, Run } from '@polydev/runbook';
import type { Report } from '@polydev/reporting';
import type { DeployContext } from './context';
import { nameOf, recordOf, type Planned } from './host-record';
import { previousOf } from './plan';

/** One host on its way. */
export interface Moving {
  readonly prepared: Planned;
  readonly run: Run<DeployContext>;
  readonly notes: string[];
}

export type Failure = Extract<Forward, { ok: false }>;

/** A host that goes back; `failure` where it is the one that failed. */
interface GoingBack extends Moving {
  readonly failure?: Failure;
}

export interface TakeBackInput {
  readonly report: Report;
  /** Whether everything is left as it is, by the manifest's setting. */
  readonly leave: boolean;
}

/** Takes one host back, or leaves it where the manifest says so; reports the error and returns what the record says. */
export const takeBack = async ({ report, leave }: TakeBackInput, host: GoingBack): Promise<HostRecord> => {
  const { prepared, run, notes, failure } = host;
  const base = { steps: [...run.timings], notes: [...notes], ...(failure ? { failedStep: failure.failedStep } : {}) };
  if (leave) {
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
    deployment: prepared.plan.deployment,
    failure: failure
      ? `step "${failure.failedStep}" failed: ${explain(failure.error).message}`
      : 'another host failed.',
    undoStep: backward.undoFailedAt,
    undoError: explain(backward.undoError).message,
  });

const servesAfterUndo = ({ plan }: Planned): string => {
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
