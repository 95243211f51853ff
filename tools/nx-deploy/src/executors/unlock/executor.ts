import type { ExecutorContext } from '@nx/devkit';
import { databaseHasNoLock, optionInvalid } from '@polydev/errors';
import { type Unlocked, unlockTarget } from '@polydev/operations';
import type { Event } from '@polydev/reporting';
import { assertMay } from '../../access/rules';
import { auditorOf } from '../../audit/auditor-of';
import { deployer } from '../../run/deployment-run';
import { databaseOf, environmentOf, givenTo, targetOf } from '../environment';
import { type GivenOptions, parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { UnlockOptions } from './schema';

const OPTIONS = { target: 'inferred', manifest: 'inferred', reason: 'text', json: 'flag' } as const;

/** `nx run <project>:unlock --reason=<why>`: ends whatever holds the lock of a target, and records who did it and why. */
export default function unlockExecutor(given: UnlockOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async (tools) => {
    const request = givenTo(context, given);
    const options = parseOptions(OPTIONS, request);
    const reason = options.reason ?? refuse(request);
    const environment = environmentOf(context, options);
    const database = databaseOf(environment, options);
    if (database !== undefined) throw databaseHasNoLock({ target: database.name });
    const target = targetOf(environment, options);
    await assertMay(environment, 'unlock');
    const rows = await unlockTarget({
      ...tools,
      ...(await auditorOf(context.root, environment)),
      environment,
      target,
      by: deployer(),
      reason,
    });
    if (options.json) tools.report({ kind: 'result', value: rows });
    else rows.flatMap((row) => events(row, `${context.projectName}`)).forEach(tools.report);
    return true;
  });
}

const refuse = ({ task, help }: GivenOptions): never => {
  const problems = ['--reason is missing: whoever is cut off wants to know why'];
  throw optionInvalid({ task, problems, options: ['--reason'], ...(help === undefined ? {} : { help }) });
};

const events = ({ host, held, ended, interrupted }: Unlocked, project: string): readonly Event[] => {
  if (!held) return [{ kind: 'outcome', ok: true, text: `Nobody holds the lock on ${host}; nothing was done` }];
  const text = `The lock on ${host} is free; ended: ${ended.join(', ') || 'nothing that we could see'}`;
  if (interrupted === undefined) return [{ kind: 'outcome', ok: true, text }];
  return [
    { kind: 'outcome', ok: true, text },
    {
      kind: 'warning',
      host,
      text: `Deployment ${interrupted} was cut off half-way; the host serves one release whole.`,
      hint: `\`npx nx run ${project}:recover\` finishes or undoes it; so does the next deploy.`,
    },
  ];
};
