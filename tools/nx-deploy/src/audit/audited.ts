import type { AuditResult } from '@polydev/audit';
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

/** What was changed has a record of its own in the database. */
const STAYS = 'What was changed stays; the database’s own record has it.';

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
  const entry = (result: AuditResult) =>
    ({ action: 'migration', target, after: what, ...context.auditor.permission, result }) as const;
  // How it ended is written down also where it was broken off.
  const ended = (result: AuditResult) =>
    recordInAudit({ ...context, signal: new AbortController().signal }, entry(result), STAYS);
  await recordInAudit(context, entry('begun'));
  const good = await work().catch(async (error: unknown) => {
    await ended('failed').catch(() => undefined);
    throw error;
  });
  await ended(good ? 'succeeded' : 'failed');
  return good;
};
