import type { ExecutorContext } from '@nx/devkit';
import { deployTarget } from '@polydev/operations';
import { DEFAULT_MANIFEST } from '../../plugin-options';
import { environmentOf, targetOf, givenTo } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import { artifactDirectory } from './artifact-directory';
import { deployInRun } from './deploy-in-run';
import type { DeployOptions } from './schema';

const OPTIONS = { target: 'inferred', manifest: 'inferred', json: 'flag' } as const;

/** `nx run <project>:deploy`: deploys one target to the hosts of its environment, as part of the run's deployment. */
export default function deployExecutor(given: DeployOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, (tools) => {
    const options = parseOptions(OPTIONS, givenTo(context, given));
    const environment = environmentOf(context, options.manifest);
    const target = targetOf(environment, options);
    const directory = artifactDirectory(target, context, options.manifest ?? DEFAULT_MANIFEST);
    return deployInRun({ ...tools, environment, target, context }, (head) =>
      deployTarget({ ...tools, environment, target, artifactDirectory: directory, head }),
    );
  });
}
