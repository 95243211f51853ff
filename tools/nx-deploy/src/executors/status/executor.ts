import type { ExecutorContext } from '@nx/devkit';
import { showDatabaseStatus } from '../../database/show-status';
import { databaseOf, environmentOf, targetOf, givenTo } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { StatusOptions } from './schema';
import { showStatus, STATUS_OPTIONS } from './show-status';

/** `nx run <project>:status`: shows what a target runs, and its last deployments. Fails when a host could not be asked. */
export default function statusExecutor(given: StatusOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, (tools) => {
    const options = parseOptions(STATUS_OPTIONS, givenTo(context, given));
    const environment = environmentOf(context, options);
    const database = databaseOf(environment, options);
    if (database !== undefined) {
      const { json = false, limit } = options;
      return showDatabaseStatus({ ...tools, environment, database, root: context.root, json, limit });
    }
    return showStatus({ ...tools, environment, target: targetOf(environment, options), options });
  });
}
