import type { ExecutorContext } from '@nx/devkit';
import { optionInvalid } from '@polydev/errors';
import { auditedMigration } from '../../audit/audited';
import { recordBaseline, repairRecords } from '../../database/mend';
import { migrateAlone } from '../../database/migrate-alone';
import { mayChange } from '../../database/may-change';
import { showDatabasePlan } from '../../database/show-plan';
import { deployer } from '../../run/deployment-run';
import { runVariables } from '../../run/run-variables';
import { environmentOf, givenTo, requireDatabase } from '../environment';
import { type GivenOptions, type Options, parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { MigrateOptions } from './schema';

const OPTIONS = {
  target: 'inferred',
  manifest: 'inferred',
  plan: 'flag',
  'dry-run': 'flag',
  baseline: 'text',
  repair: 'word',
  'allow-out-of-order': 'flag',
  emergency: 'flag',
  reason: 'text',
  json: 'flag',
} as const;

/**
 * `nx run <project>:migrate`: applies what is pending of a database, as a deployment of its own; `--plan` only tries it,
 * `--baseline` and `--repair` change what is recorded and not the schema.
 */
export default function migrateExecutor(given: MigrateOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const request = givenTo(context, given);
    const options = parseOptions(OPTIONS, request);
    const way = wayOf(options, request);
    const environment = environmentOf(context, options);
    const database = requireDatabase(environment, options);
    const allowOutOfOrder = options['allow-out-of-order'] ?? false;
    const json = options.json ?? false;
    const work = { ...tools, environment, database, root: context.root, by: deployer(), json };
    if (way === 'plan') return showDatabasePlan({ ...work, allowOutOfOrder });
    if (options.repair === true) return repairRecords(work, true);
    if (!(await mayChange({ ...tools, environment, context }))) return false;
    const { repair, baseline } = options;
    const recorded = (what: string, mend: () => Promise<boolean>) =>
      auditedMigration(work, { target: database.name, what }, mend);
    if (repair !== undefined) return recorded(`repair: ${repair}`, () => repairRecords(work, repair));
    if (baseline !== undefined) return recorded(`baseline: ${baseline}`, () => recordBaseline(work, baseline));
    return migrateAlone({ ...work, context, allowOutOfOrder });
  });
}

/** The one thing that is asked for; throws OPTION_INVALID where several are. */
const wayOf = (options: Options<typeof OPTIONS>, { task, help }: GivenOptions): 'plan' | 'change' => {
  const plan = (options.plan ?? false) || (options['dry-run'] ?? false) || runVariables().dryRun;
  const asked = [
    ...(plan ? ['--plan'] : []),
    ...(options.baseline === undefined ? [] : ['--baseline']),
    ...(options.repair === undefined ? [] : ['--repair']),
  ];
  const [first, second] = asked;
  if (first === undefined || second === undefined) return plan ? 'plan' : 'change';
  const problems = [`${asked.join(' and ')}: each is something else to do; give one of them`];
  throw optionInvalid({ task, problems, options: asked, ...(help === undefined ? {} : { help }) });
};
