import type { DatabaseStatus } from '@polydev/contract';
import { optionInvalid, planChanged, planNotGiven } from '@polydev/errors';
import { PLAN_HASH } from '@polydev/operations';
import { createHash } from 'node:crypto';
import type { PlanDecisions } from '../access/approval';
import { pendingOf } from './status';

/** Hex digits, as in the plans of other targets. */
const DIGITS = 12;

/** Names what a run would apply to a database as it is. Pure. */
export const databasePlanHash = (status: DatabaseStatus): string =>
  `p${createHash('sha256')
    .update(JSON.stringify(factsOf(status)))
    .digest('hex')
    .slice(0, DIGITS)}`;

const factsOf = (status: DatabaseStatus): readonly unknown[] => {
  const pending = pendingOf(status).map(({ version, checksum }) => [version, checksum]);
  return [status.target, status.environment, status.address, status.schemaVersion ?? '', pending];
};

/** All that a run would decide for a database, as an approval is about it. Pure. */
export const databaseDecisions = (status: DatabaseStatus): PlanDecisions => ({
  target: status.target,
  environment: status.environment,
  decides: factsOf(status),
});

/** Plans that may be carried out, and no other. */
export interface AllowedPlans {
  readonly hashes: readonly string[];
  /** Whether only this database was asked for, so that the hashes can only be its own. */
  readonly alone: boolean;
}

/** The hashes of `--plan`; throws OPTION_INVALID for what cannot be one. */
export const allowedPlans = (
  given: string,
  { task, alone }: { readonly task: string; readonly alone: boolean },
): AllowedPlans => {
  const hashes = given.split(',').map((hash) => hash.trim());
  const problems = hashes
    .filter((hash) => !PLAN_HASH.test(hash))
    .map((hash) => `--plan=${hash}: should be a hash that a plan shows, p and ${DIGITS} hex digits`);
  if (problems.length > 0) throw optionInvalid({ task, problems, options: ['--plan=<hash>[,<hash>]'] });
  return { hashes, alone };
};

/** Throws PLAN_CHANGED or PLAN_NOT_GIVEN where something else would be applied than was allowed; nothing to apply is always. */
export const refuseUnexpected = (
  status: DatabaseStatus,
  { allowed }: { readonly allowed?: AllowedPlans | undefined },
): void => {
  const now = databasePlanHash(status);
  if (allowed === undefined || allowed.hashes.includes(now) || pendingOf(status).length === 0) return;
  const facts = { target: status.target, environment: status.environment, now };
  throw allowed.alone
    ? planChanged({ ...facts, given: allowed.hashes.join(', '), differences: undefined })
    : planNotGiven({ ...facts, given: allowed.hashes });
};
