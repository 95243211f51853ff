import { planChanged, planNotGiven } from '@polydev/errors';
import { differences } from './differences';
import { isNoOp, type TargetPlan } from './target-plan';

/** What a deploy was told to do and nothing else. */
export interface ExpectedPlan {
  /** Hashes of the plans that may be carried out, of this target or of others. */
  readonly hashes: readonly string[];
  /** A plan that was shown in this checkout; undefined for one that was not, or long ago. */
  readonly recall: (hash: string) => TargetPlan | undefined;
  /** Other targets that the user named beside this one; undefined for one that only comes before those that were named. */
  readonly typedWith?: readonly string[];
}

/**
 * Throws PLAN_CHANGED or PLAN_NOT_GIVEN when a plan is none of those expected. One that does nothing need not be among
 * them if it only comes before what was asked for, as most of a target's dependencies do, or if the hash is that of
 * another target that was asked for too.
 */
export const assertExpected = (plan: TargetPlan, { hashes, recall, typedWith }: ExpectedPlan): void => {
  if (hashes.includes(plan.hash)) return;
  const known = hashes.map((hash) => ({ hash, plan: recall(hash) }));
  const plans = known.flatMap((one) => one.plan ?? []).filter((one) => one.environment === plan.environment);
  const own = plans.filter(({ target }) => target === plan.target);
  const isExcused = typedWith === undefined || plans.some(({ target }) => typedWith.includes(target));
  if (own.length === 0 && isNoOp(plan) && isExcused) return;
  const where = { target: plan.target, environment: plan.environment, now: plan.hash };
  const [before] = own;
  if (before) throw planChanged({ ...where, given: before.hash, differences: differences(before, plan) });
  const unknown = known.filter((one) => one.plan === undefined).map(({ hash }) => hash);
  throw unknown.length > 0
    ? planChanged({ ...where, given: unknown.join(', '), differences: undefined })
    : planNotGiven({ ...where, given: hashes });
};
