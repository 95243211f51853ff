import type { ExecutorContext } from '@nx/devkit';
import { buildImages } from '@polydev/operations';
import { assertMay } from '../../access/rules';
import { auditorOf } from '../../audit/auditor-of';
import { imageProgram, requireGoldenImage } from '../../images/image-program';
import { deployer, readRun } from '../../run/deployment-run';
import { runFolder } from '../../run/run-folder';
import { runVariables } from '../../run/run-variables';
import { environmentOf, givenTo, targetOf } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import { builtEvents } from './built-events';
import type { GoldenImageOptions } from './schema';

const OPTIONS = { target: 'inferred', manifest: 'inferred', refresh: 'flag', 'dry-run': 'flag', json: 'flag' } as const;

/**
 * `nx run <project>:golden-image`: builds the image of the agent that is live, proves it by a real boot and activates it, on
 * every host; does nothing where it is active already. The agent's own deploy comes before it.
 */
export default function goldenImageExecutor(given: GoldenImageOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const options = parseOptions(OPTIONS, givenTo(context, given));
    const environment = environmentOf(context, options);
    const target = targetOf(environment, options);
    requireGoldenImage(target, environment, options.manifest);
    const dryRun = (options['dry-run'] ?? false) || runVariables().dryRun;
    if (!dryRun) await assertMay(environment, 'build images');
    tools.report({ kind: 'headline', text: `Golden image of ${target.name} → ${environment.name}` });
    const images = await buildImages({
      ...tools,
      ...(await auditorOf(context.root, environment)),
      environment,
      target,
      imageProgram: await imageProgram(),
      by: deployer(),
      refresh: options.refresh ?? false,
      dryRun,
    });
    if (options.json) tools.report({ kind: 'result', value: images });
    else builtEvents(images, deploymentOf(context)).forEach(tools.report);
    return true;
  });
}

/** Id of the deployment that this run of Nx made before, where it made one. */
const deploymentOf = ({ root }: ExecutorContext): string | undefined => {
  const { run } = runVariables();
  return run === undefined ? undefined : readRun(runFolder(root, run))?.head.id;
};
