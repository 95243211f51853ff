import type { ExecutorContext } from '@nx/devkit';
import { deployTarget } from '@polydev/operations';
import { approvalWanted, decisionsOf } from '../../access/approval';
import { requireChecks } from '../../access/checks';
import { inEmergency } from '../../access/rules';
import { auditorOf } from '../../audit/auditor-of';
import { deployDatabaseInRun } from '../../database/deploy-in-run';
import { allowedPlans } from '../../database/expected';
import { schemasFor } from '../../database/needs';
import { planDatabase } from '../../database/show-plan';
import { imageProgramFor } from '../../images/image-program';
import { expectedPlan } from '../../plan/expected-plan';
import { showPlan } from '../../plan/show-plan';
import { DEFAULT_MANIFEST } from '../../plugin-options';
import { runVariables } from '../../run/run-variables';
import { withSecrets } from '../../secrets/environment-secrets';
import { databaseOf, environmentOf, targetOf, givenTo } from '../environment';
import { type GivenOptions, parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import { artifactDirectory } from './artifact-directory';
import { deployInRun } from './deploy-in-run';
import type { DeployOptions } from './schema';
import { refuseTypedOptions, typedDeploys } from './typed-tasks';

const OPTIONS = {
  target: 'inferred',
  manifest: 'inferred',
  json: 'flag',
  'dry-run': 'flag',
  'allow-missing-hosts': 'flag',
  plan: 'text',
  emergency: 'flag',
  reason: 'text',
} as const;

/**
 * `nx run <project>:deploy`: deploys one target to the hosts of its environment, as part of the run's deployment.
 * `--dry-run` and `--plan` hold for every deploy of a run, though Nx hands them only to those that were typed.
 */
export default function deployExecutor(given: DeployOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const request = givenTo(context, given);
    const options = parseOptions(OPTIONS, request);
    refuseTypedOptions(OPTIONS, context);
    const named = environmentOf(context, options);
    const asked = runVariables();
    const onlyShow = (options['dry-run'] ?? false) || asked.dryRun;
    const hashes = options.plan ?? asked.plan;
    const database = databaseOf(named, options);
    const emergency = inEmergency(request.task);
    if (!onlyShow && !emergency)
      requireChecks({ environment: named, target: database ?? targetOf(named, options), context });
    if (database !== undefined) {
      const alone = typedDeploys(context).every((one) => one.target === database.name);
      const work = { ...tools, environment: named, database, context };
      if (onlyShow) return planDatabase({ ...work, json: options.json ?? false });
      const allowed = hashes === undefined ? {} : { allowed: allowedPlans(hashes, { task: request.task, alone }) };
      return deployDatabaseInRun({ ...work, ...allowed });
    }
    const target = targetOf(named, options);
    const directory = artifactDirectory(target, context, options.manifest ?? DEFAULT_MANIFEST);
    const shown = { ...tools, environment: named, target, artifactDirectory: directory };
    if (onlyShow) return showPlan({ ...shown, context, json: options.json ?? false });
    const expected = expectedOf({ hashes, own: options.plan !== undefined, request, target: target.name, context });
    const environment = await withSecrets({ ...shown, targets: [target], root: context.root });
    const work = { ...shown, environment };
    return deployInRun({ ...tools, environment, target, context }, async (head) =>
      deployTarget({
        ...work,
        ...expected,
        ...(await auditorOf(context.root, environment)),
        ...approvalWanted({ root: context.root, environment }, decisionsOf),
        ...(await imageProgramFor([target])),
        ...(await schemasFor({ ...work, context })),
        head,
      }),
    );
  });
}

/** The only plan that may be carried out, where one was named. */
const expectedOf = ({
  hashes,
  own,
  request,
  target,
  context,
}: {
  readonly hashes: string | undefined;
  /** Whether this task was given the hash itself, and not only its run. */
  readonly own: boolean;
  readonly request: Pick<GivenOptions, 'task'>;
  readonly target: string;
  readonly context: ExecutorContext;
}) => {
  if (hashes === undefined) return {};
  const typedTargets = [...typedDeploys(context).map((one) => one.target), ...(own ? [target] : [])];
  return { expected: expectedPlan(context.root, hashes, { task: request.task, target, typedTargets }) };
};
