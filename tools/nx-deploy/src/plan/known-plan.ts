import { basename } from 'node:path';
import { approvalHash, decisionsOf } from '../access/approval';
import { listed, plansFolder } from '../run/run-folder';
import { recallPlan } from './remembered';

export interface ApprovedPlan {
  readonly target: string;
  readonly environment: string;
  /** The whole hash. */
  readonly plan: string;
}

/** Whether a plan was shown in this checkout in the last days, so that whoever approves it can have seen it. */
export const knownPlan = (root: string, { target, environment, plan }: ApprovedPlan): boolean =>
  listed(plansFolder(root))
    .flatMap((name) => recallPlan(root, basename(name, '.json')) ?? [])
    .some((one) => one.target === target && one.environment === environment && approvalHash(decisionsOf(one)) === plan);
