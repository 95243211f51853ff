import type { ExecutorContext } from '@nx/devkit';
import { approvePlan, assertRole, roleOfSigner } from '@polydev/audit';
import { approvalNotAskedFor, optionInvalid } from '@polydev/errors';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';
import { approvalFile, writeApproval } from '../../access/approval-file';
import { ownSigner } from '../../access/who';
import { knownPlan } from '../../plan/known-plan';
import { databaseOf, environmentOf, givenTo, targetOf } from '../environment';
import { type GivenOptions, parseOptions } from '../options';
import { reportingErrors, type TaskResult } from '../reporting-errors';
import type { ApproveOptions } from './schema';

const OPTIONS = { target: 'inferred', manifest: 'inferred', plan: 'text', reason: 'text', json: 'flag' } as const;
const HOUR_MS = 3_600_000;

/** `nx run <project>:approve --plan=<hash>`: signs that somebody else may deploy just this plan; touches no host. */
export default function approveExecutor(given: ApproveOptions, context: ExecutorContext): Promise<TaskResult> {
  return reportingErrors(given, async ({ report }) => {
    const request = givenTo(context, given);
    const options = parseOptions(OPTIONS, request);
    const environment = environmentOf(context, options);
    const { name: target } = databaseOf(environment, options) ?? targetOf(environment, options);
    const plan = wholeHash(options.plan, request);
    const approval = await sign(environment, plan, options.reason);
    const file = approvalFile(environment.name, target);
    await writeApproval(context.root, file, approval);
    if (options.json) report({ kind: 'result', value: approval });
    else {
      warningOf(knownPlan(context.root, { target, environment: environment.name, plan })).forEach(report);
      const text = `${approval.by} approved plan ${plan.slice(0, 12)}… of ${target} in ${environment.name} until ${approval.until}: commit ${file}, or hand it to whoever deploys`;
      report({ kind: 'outcome', ok: true, text });
    }
    return true;
  });
}

const sign = async (environment: EnvironmentConfig, plan: string, reason: string | undefined) => {
  const { name, approval, roles, signingKey = '' } = environment;
  if (approval === undefined) throw approvalNotAskedFor({ environment: name });
  const signer = await ownSigner(environment, plan);
  const by = signer.names[0] ?? '';
  if (roles !== undefined) assertRole({ who: by, role: roleOfSigner(signer, roles), doing: 'approve' });
  const now = new Date();
  const until = new Date(now.getTime() + approval.validForMs);
  const longestHours = approval.validForMs / HOUR_MS;
  return approvePlan({ environment: name, plan, by, now, until, reason, longestHours }, { file: signingKey });
};

const wholeHash = (plan: string | undefined, { task, help }: GivenOptions): string => {
  if (plan !== undefined && /^[0-9a-f]{64}$/.test(plan)) return plan;
  const problem = plan === undefined ? '--plan is missing' : `--plan=${plan}`;
  const problems = [`${problem}: should be the whole hash that \`plan\` shows for approval, 64 hex digits`];
  throw optionInvalid({ task, problems, options: ['--plan=<hash>'], ...(help === undefined ? {} : { help }) });
};

const warningOf = (shown: boolean): readonly Event[] =>
  shown
    ? []
    : [
        {
          kind: 'warning',
          text: 'That plan was not shown in this checkout lately, so what was approved is whatever its hash stands for.',
          hint: 'Look at the `plan` of that commit yourself; its hash is the same wherever it is made.',
        },
      ];
