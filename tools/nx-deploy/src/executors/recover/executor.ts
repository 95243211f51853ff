import type { ExecutorContext } from '@nx/devkit';
import { type RecoveredHost, recoverTarget } from '@polydev/operations';
import type { Event } from '@polydev/reporting';
import { assertMay } from '../../access/rules';
import { auditorOf } from '../../audit/auditor-of';
import { sayNothingToRecover } from '../../database/other-verbs';
import { moveRef } from '../../run/close-run';
import { deployer } from '../../run/deployment-run';
import { runVariables } from '../../run/run-variables';
import { withSecretsIfAny } from '../../secrets/environment-secrets';
import { databaseOf, environmentOf, givenTo, targetOf } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { RecoverOptions } from './schema';

const OPTIONS = {
  target: 'inferred',
  manifest: 'inferred',
  'dry-run': 'flag',
  'allow-missing-hosts': 'flag',
  json: 'flag',
} as const;

/** `nx run <project>:recover`: finishes or undoes what a deployment left of a target when it died; else does nothing. */
export default function recoverExecutor(given: RecoverOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const options = parseOptions(OPTIONS, givenTo(context, given));
    const named = environmentOf(context, options);
    const database = databaseOf(named, options);
    if (database !== undefined) return sayNothingToRecover(database, { ...tools, json: options.json ?? false });
    const target = targetOf(named, options);
    const dryRun = (options['dry-run'] ?? false) || runVariables().dryRun;
    if (!dryRun) await assertMay(named, 'recover');
    // What it undoes brings back what lay there; it is only to be told of without them.
    const secrets = { ...tools, environment: named, targets: [target], root: context.root };
    const { environment } = await withSecretsIfAny(secrets);
    const rows = await recoverTarget({
      ...tools,
      ...(await auditorOf(context.root, environment)),
      environment,
      target,
      by: deployer(),
      dryRun,
    });
    if (!dryRun) await moveRef({ ...tools, environment, root: context.root, graph: context.projectGraph });
    if (options.json) tools.report({ kind: 'result', value: rows });
    else rows.map((row) => sentence(row, target.name)).forEach(tools.report);
    return true;
  });
}

/** What became of one host, or would. Pure. */
export const sentence = ({ host, deployment, outcome, release, steps }: RecoveredHost, target: string): Event => {
  if (deployment === undefined) {
    return { kind: 'outcome', ok: true, text: `${target} on ${host}: nothing to recover` };
  }
  const serves = `${release ?? 'nothing'} serves`;
  if (steps === undefined) {
    const done = outcome === 'moved' ? 'was finished' : 'was undone';
    return { kind: 'outcome', ok: true, text: `${target} on ${host}: deployment ${deployment} ${done}; ${serves}` };
  }
  const way = outcome === 'moved' ? 'would be finished' : 'would be undone';
  const list = steps.length === 0 ? 'no step' : steps.join(', ');
  return { kind: 'note', host, text: `Deployment ${deployment} of ${target} ${way} (${list}); then ${serves}.` };
};
