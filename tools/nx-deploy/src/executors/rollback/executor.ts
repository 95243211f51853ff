import type { ExecutorContext } from '@nx/devkit';
import { optionInvalid } from '@polydev/errors';
import { assertMayUnlessEmergency } from '../../access/rules';
import { stayWhereItIs } from '../../database/other-verbs';
import { runVariables } from '../../run/run-variables';
import { databaseOf, environmentOf, givenTo, targetOf } from '../environment';
import { type GivenOptions, parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import { rollbackInRun } from './rollback-in-run';
import type { RollbackOptions } from './schema';
import { showRollback } from './show-rollback';

const OPTIONS = {
  target: 'inferred',
  manifest: 'inferred',
  sha: 'text',
  reason: 'text',
  emergency: 'flag',
  'dry-run': 'flag',
  'allow-missing-hosts': 'flag',
  json: 'flag',
} as const;

/** `nx run <project>:rollback [--sha=<sha>]`: takes a target back to a release that its hosts keep. */
export default function rollbackExecutor(given: RollbackOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const request = givenTo(context, given);
    const options = parseOptions(OPTIONS, request);
    const sha = checkedSha(options.sha, request);
    const environment = environmentOf(context, options);
    const database = databaseOf(environment, options);
    if (database !== undefined) return stayWhereItIs(database, { ...tools, context });
    const target = targetOf(environment, options);
    const work = { ...tools, environment, target, sha, context };
    if (options['dry-run'] || runVariables().dryRun) return showRollback({ ...work, json: options.json ?? false });
    await assertMayUnlessEmergency(environment, 'rollback', { task: request.task, report: tools.report });
    return rollbackInRun({ ...work, reason: options.reason });
  });
}

/** Git's own least for the beginning of a SHA. */
const SHA = /^[0-9a-f]{4,64}$/i;

const checkedSha = (sha: string | undefined, { task, help }: GivenOptions): string | undefined => {
  if (sha === undefined || SHA.test(sha)) return sha;
  const problems = [`--sha=${sha}: should be the first letters of a commit's SHA, four at least`];
  throw optionInvalid({ task, problems, options: ['--sha'], ...(help === undefined ? {} : { help }) });
};
