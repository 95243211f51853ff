import type { ExecutorContext } from '@nx/devkit';
import type { Host } from '@polydev/host';
import type { EnvironmentConfig } from '@polydev/manifest';
import { preflight } from '@polydev/operations';
import { askOnBranch } from '../../access/on-branch';
import { emergencyBegins } from '../../access/emergency';
import { findingsOnDeployer, inEmergency } from '../../access/rules';
import { knowsNothing } from '../../base/deployed-ref';
import { lookAtDatabases } from '../../database/preflight';
import { DEFAULT_MANIFEST } from '../../plugin-options';
import { openTaskRun, previewHead } from '../../run/open-task-run';
import { runVariables } from '../../run/run-variables';
import { lookAtSecrets } from '../../secrets/preflight';
import { environmentOf, givenTo } from '../environment';
import { parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import { requireProjects } from './require-projects';
import type { PreflightOptions } from './schema';

const OPTIONS = { manifest: 'inferred', json: 'flag' } as const;

/** `nx run <root project>:preflight`: looks at all that the run's deploys need; on its own, at what any deploy would. */
export default function preflightExecutor(given: PreflightOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const request = givenTo(context, given);
    const options = parseOptions(OPTIONS, request);
    const emergency = inEmergency(request.task);
    const environment = withOwnNotes(environmentOf(context, options), context.root);
    requireProjects(environment, context, options.manifest ?? DEFAULT_MANIFEST);
    const head = runVariables().dryRun ? previewHead(context, environment) : openTaskRun(context, environment).run.head;
    const isPlanned = ({ name }: { readonly name: string }) => head.planned.length === 0 || head.planned.includes(name);
    const databases = (environment.databases ?? []).filter(isPlanned);
    const targets = environment.targets.filter(isPlanned);
    const { root } = context;
    const elsewhere = async (hosts: readonly Host[]) => [
      ...(await findingsOnDeployer(environment, emergency)),
      ...(await lookAtSecrets({ environment, targets, root })),
      ...(await lookAtDatabases(databases, { environment, hosts, root, signal: tools.signal })),
    ];
    if (emergency) emergencyBegins(environment.name, runVariables().reason).forEach(tools.report);
    const onBranch = await askOnBranch({ root, sha: head.sha, environment });
    const source = { onBranch, emergency };
    const findings = await preflight({ ...tools, environment, head, source, targets, elsewhere });
    return !findings.some(({ level }) => level === 'error');
  });
}

/** Nx's daemon shows nothing of what is said while it makes its graph, so it is said here too. */
const withOwnNotes = (environment: EnvironmentConfig, root: string): EnvironmentConfig => ({
  ...environment,
  notes: [...environment.notes, ...(knowsNothing(root, environment.name) ? [unknownNote(environment.name)] : [])],
});

const unknownNote = (environment: string): string =>
  `This clone does not know yet what ${environment} runs, so everything counts as changed; what is live already is left alone.`;
