import { planChanged, planNotGiven } from '@polydev/errors';
import { differences } from './differences';
import { isNoOp, type TargetPlan } from './target-plan';

/** What a deploy was told to do and nothing else. */
export interface ExpectedPlan {
  /** Hashes of the plans that may be carried out, of this target or of others. */
  readonly hashes: readonly string[];
  /** A plan that was shown in this checkout; undefined for one that was not, or long ago. */
  readonly recall: (hash: string) => TargetPlan | undefined;
}

/**
 * Throws PLAN_CHANGED or PLAN_NOT_GIVEN when a plan is none of those expected. One that does nothing need not be named:
 * it is what a target's dependencies mostly have.
 */
export const assertExpected = (plan: TargetPlan, { hashes, recall }: ExpectedPlan): void => {
  if (hashes.includes(plan.hash)) return;
  const known = hashes.map((hash) => ({ hash, plan: recall(hash) }));
  const own = known.flatMap((one) => (one.plan && isOf(one.plan, plan) ? [one.plan] : []));
  if (own.length === 0 && isNoOp(plan)) return;
  const where = { target: plan.target, environment: plan.environment, now: plan.hash };
  const [before] = own;
  if (before) throw planChanged({ ...where, given: before.hash, differences: differences(before, plan) });
  const unknown = known.filter((one) => one.plan === undefined).map(({ hash }) => hash);
  throw unknown.length > 0
    ? planChanged({ ...where, given: unknown.join(', '), differences: undefined })
    : planNotGiven({ ...where, given: hashes });
};

const isOf = (one: TargetPlan, other: TargetPlan): boolean =>
  one.target === other.target && one.environment === other.environment;
