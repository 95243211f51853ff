import { auditOfEnvironment, type OperationContext } from '@polydev/operations';
import { keptHeads } from '../../audit/kept-heads';
import type { Options } from '../options';
import { auditEvents, auditResult, isProven, verdictEvents } from './audit-output';

export const AUDIT_OPTIONS = {
  target: 'inferred',
  manifest: 'inferred',
  verify: 'flag',
  json: 'flag',
  limit: 'count',
} as const;

/** Entries that are shown unless the user says how many. */
const DEFAULT_LIMIT = 30;

export interface ShowAuditInput extends OperationContext {
  readonly root: string;
  /** Any target of the environment; the log is of them all. */
  readonly target: string;
  readonly options: Options<typeof AUDIT_OPTIONS>;
}

/** Shows the audit log of an environment; returns whether every host could be asked and, if that is asked, nothing is wrong. */
export const showAudit = async ({ options, root, target, ...input }: ShowAuditInput): Promise<boolean> => {
  const { environment, report, signal } = input;
  const found = await auditOfEnvironment({ environment, signal, heads: keptHeads(root, environment.name) });
  const { verify = false, json = false, limit } = options;
  if (json) report({ kind: 'result', value: auditResult(found, { environment: environment.name, limit }) });
  else {
    const shown = { environment: environment.name, limit: limit ?? DEFAULT_LIMIT, target };
    (verify ? verdictEvents(found) : auditEvents(found, shown)).forEach(report);
  }
  return found.unreachable.length === 0 && (!verify || isProven(found));
};
