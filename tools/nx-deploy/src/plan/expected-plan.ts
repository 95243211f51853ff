import { optionInvalid } from '@polydev/errors';
import { type ExpectedPlan, PLAN_HASH } from '@polydev/operations';
import { recallPlan } from './remembered';

/** What `--plan` (hashes, with commas) allows; throws OPTION_INVALID for what cannot be a hash. */
export const expectedPlan = (root: string, typed: string, task: string): ExpectedPlan => {
  const hashes = typed.split(',').map((hash) => hash.trim());
  const problems = hashes
    .filter((hash) => !PLAN_HASH.test(hash))
    .map((hash) => `--plan=${hash}: should be a hash that a plan shows, p and 12 hex digits`);
  if (problems.length > 0) throw optionInvalid({ task, problems, options: ['--plan=<hash>[,<hash>]'] });
  return { hashes, recall: (hash) => recallPlan(root, hash) };
};
