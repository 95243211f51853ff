import { approvalTooLong } from '@polydev/errors';
import { sign, type SigningKey } from '../signing/keygen';
import { approvalText, LONGEST_HOURS, type Approval } from './approval';

export interface ApproveInput {
  readonly environment: string;
  /** Of {@link deploymentPlanHash}. */
  readonly plan: string;
  readonly by: string;
  readonly now: Date;
  readonly until: Date;
  readonly reason?: string | undefined;
  readonly longestHours?: number;
}

/** Approves a plan with a key. Throws APPROVAL_TOO_LONG, SIGNING_FAILED. */
export const approvePlan = async (input: ApproveInput, key: SigningKey): Promise<Approval> => {
  const { environment, plan, by, now, until, reason, longestHours: hours = LONGEST_HOURS } = input;
  if (isTooLong({ until, now, hours })) throw approvalTooLong({ environment, plan, until: until.toISOString(), hours });
  const fields = {
    kind: 'approval' as const,
    environment,
    plan,
    by,
    at: now.toISOString(),
    until: until.toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
  return { ...fields, signature: await sign(approvalText(fields), 'approval@polydev', key) };
};

export const isTooLong = ({ until, now, hours }: { until: Date; now: Date; hours: number }): boolean =>
  until.getTime() - now.getTime() > Math.ceil(hours * 3_600_000);
