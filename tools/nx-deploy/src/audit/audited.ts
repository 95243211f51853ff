import { recordInAudit } from '@polydev/operations';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Report } from '@polydev/reporting';
import { deployer } from '../run/deployment-run';
import { auditorOf } from './auditor-of';

export interface AuditedInput {
  readonly root: string;
  readonly environment: EnvironmentConfig;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Changes what is recorded of a database, with an entry in the log of every host before and after it: it is part of no
 * deployment. Throws AUDIT_UNWRITTEN, before anything was changed, where a host does not take the first entry.
 */
export const auditedMigration = async (
  { root, environment, report, signal }: AuditedInput,
  { target, what }: { readonly target: string; readonly what: string },
  work: () => Promise<boolean>,
): Promise<boolean> => {
  const context = { environment, report, signal, by: deployer(), ...(await auditorOf(root, environment)) };
  const entry = (result: 'begun' | 'succeeded' | 'failed') =>
    recordInAudit(context, { action: 'migration', target, after: what, ...context.auditor.permission, result });
  await entry('begun');
  let good = false;
  try {
    good = await work();
  } finally {
    await entry(good ? 'succeeded' : 'failed');
  }
  return good;
};
