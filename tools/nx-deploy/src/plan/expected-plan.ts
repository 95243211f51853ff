import { optionInvalid } from '@polydev/errors';
import { type ExpectedPlan, PLAN_HASH } from '@polydev/operations';
import { recallPlan } from './remembered';

export interface PlannedTask {
  /** `master-controller:deploy` */
  readonly task: string;
  readonly target: string;
  /** Targets whose deploys were typed, this one or others. */
  readonly typedTargets: readonly string[];
}

/** What `--plan` (hashes, with commas) allows a task; throws OPTION_INVALID for what cannot be a hash. */
export const expectedPlan = (
  root: string,
  given: string,
  { task, target, typedTargets }: PlannedTask,
): ExpectedPlan => {
  const hashes = given.split(',').map((hash) => hash.trim());
  const problems = hashes
    .filter((hash) => !PLAN_HASH.test(hash))
    .map((hash) => `--plan=${hash}: should be a hash that a plan shows, p and 12 hex digits`);
  if (problems.length > 0) throw optionInvalid({ task, problems, options: ['--plan=<hash>[,<hash>]'] });
  const others = typedTargets.filter((name) => name !== target);
  const typed = typedTargets.includes(target) ? { typedWith: others } : {};
  return { hashes, recall: (hash) => recallPlan(root, hash), ...typed };
};
