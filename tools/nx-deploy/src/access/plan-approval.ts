import type { EnvironmentConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';
import { approvalHash, type PlanDecisions } from './approval';

/** What a plan that needs an approval has beside the rest. */
export interface ApprovalResult {
  readonly approval: { readonly plan: string; readonly validForSeconds: number };
}

/** The hash to approve; undefined where the environment asks for no approval. Pure. */
export const approvalResult = (
  plan: PlanDecisions,
  { approval }: Pick<EnvironmentConfig, 'approval'>,
): ApprovalResult | undefined =>
  approval && { approval: { plan: approvalHash(plan), validForSeconds: approval.validForMs / 1000 } };

/** How somebody else approves what was shown. Pure. */
export const approvalNote = (
  result: ApprovalResult | undefined,
  { project, environment }: { readonly project: string; readonly environment: Pick<EnvironmentConfig, 'name'> },
): readonly Event[] => {
  if (result === undefined) return [];
  const command = `npx nx run ${project}:approve -c ${environment.name} --plan=${result.approval.plan}`;
  return [{ kind: 'note', text: `It needs the approval of somebody else: \`${command}\`` }];
};
