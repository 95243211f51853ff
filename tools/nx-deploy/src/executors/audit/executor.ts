import type { ExecutorContext } from '@nx/devkit';
import { databaseOf, environmentOf, givenTo, targetOf } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { AuditOptions } from './schema';
import { AUDIT_OPTIONS, showAudit } from './show-audit';

/** `nx run <project>:audit [--verify]`: shows the audit log of an environment. Fails when a host could not be asked, or a check finds something. */
export default function auditExecutor(given: AuditOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, (tools) => {
    const options = parseOptions(AUDIT_OPTIONS, givenTo(context, given));
    const environment = environmentOf(context, options);
    const { name } = databaseOf(environment, options) ?? targetOf(environment, options);
    return showAudit({ ...tools, environment, target: name, root: context.root, options });
  });
}
