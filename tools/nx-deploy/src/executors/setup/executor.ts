import type { ExecutorContext } from '@nx/devkit';
import { type SetUpItem, setUpHosts } from '@polydev/operations';
import type { Event } from '@polydev/reporting';
import { assertMay } from '../../access/rules';
import { sayNothingToSetUp } from '../../database/other-verbs';
import { runVariables } from '../../run/run-variables';
import { databaseOf, environmentOf, givenTo, targetOf } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { SetupOptions } from './schema';

const OPTIONS = {
  target: 'inferred',
  manifest: 'inferred',
  as: 'text',
  'dry-run': 'flag',
  'allow-missing-hosts': 'flag',
  json: 'flag',
} as const;

/**
 * `nx run <project>:setup`: brings the hosts of an environment to what the deploys of a target need: programs, the
 * account that deploys, directories, units. Does what is missing and nothing else.
 */
export default function setupExecutor(given: SetupOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const options = parseOptions(OPTIONS, givenTo(context, given));
    const environment = environmentOf(context, options);
    const database = databaseOf(environment, options);
    if (database !== undefined) return sayNothingToSetUp(database, { ...tools, json: options.json ?? false });
    const target = targetOf(environment, options);
    const dryRun = (options['dry-run'] ?? false) || runVariables().dryRun;
    if (!dryRun) await assertMay(environment, 'set up hosts');
    tools.report({ kind: 'headline', text: `Setting up ${environment.name} for ${target.name}` });
    const rows = await setUpHosts({ ...tools, environment, target, as: options.as, dryRun });
    if (options.json) tools.report({ kind: 'result', value: rows });
    else endsOf(rows, { dryRun, target: target.name }).forEach(tools.report);
    return true;
  });
}

/** How it ended, host by host. */
const endsOf = (
  rows: readonly SetUpItem[],
  { dryRun, target }: { readonly dryRun: boolean; readonly target: string },
): readonly Event[] =>
  [...new Set(rows.map(({ host }) => host))].map((host) => {
    const open = rows.filter((row) => row.host === host && row.outcome !== 'as it was').length;
    if (open === 0)
      return { kind: 'outcome', ok: true, text: `${host} has all that ${target} needs; nothing was done` };
    const text = dryRun
      ? `${host} lacks ${open} of ${rows.filter((row) => row.host === host).length} things; nothing was changed`
      : `${host} is ready for ${target}`;
    return { kind: 'outcome', ok: true, text };
  });
