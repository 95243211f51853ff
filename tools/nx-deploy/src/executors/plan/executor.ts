import type { ExecutorContext } from '@nx/devkit';
import { planDatabase } from '../../database/show-plan';
import { DEFAULT_MANIFEST } from '../../plugin-options';
import { showPlan } from '../../plan/show-plan';
import { artifactDirectory } from '../deploy/artifact-directory';
import { databaseOf, environmentOf, givenTo, targetOf } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { PlanOptions } from './schema';

const OPTIONS = { target: 'inferred', manifest: 'inferred', json: 'flag' } as const;

/** `nx run <project>:plan`: shows what a deploy would change on every host. Fails when a deploy would refuse. */
export default function planExecutor(given: PlanOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, (tools) => {
    const options = parseOptions(OPTIONS, givenTo(context, given));
    const environment = environmentOf(context, options);
    const json = options.json ?? false;
    const database = databaseOf(environment, options);
    if (database !== undefined) return planDatabase({ ...tools, environment, database, context, json });
    const target = targetOf(environment, options);
    const directory = artifactDirectory(target, context, options.manifest ?? DEFAULT_MANIFEST);
    return showPlan({
      ...tools,
      environment,
      target,
      context,
      artifactDirectory: directory,
      json,
    });
  });
}
