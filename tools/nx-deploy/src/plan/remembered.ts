import { PLAN_HASH, type PlanBefore, type TargetPlan } from '@polydev/operations';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createOnce, forgetOldRuns, plansFolder, readJson } from '../run/run-folder';

const nameOf = (hash: string): string => `${hash}.json`;

/** Remembers in this checkout a plan that was shown, so that it can be said later what has changed since. */
export const rememberPlan = (root: string, plan: TargetPlan | DatabasePlan, now: Date): void => {
  const folder = plansFolder(root);
  if (!createOnce(folder, nameOf(plan.hash), JSON.stringify(plan)))
    utimesSync(join(folder, nameOf(plan.hash)), now, now);
  forgetOldRuns(root, now.getTime());
};

/** A plan that was shown in this checkout in the last days, by a version that made plans as this one does. */
export const recallPlan = (root: string, hash: string): TargetPlan | undefined => {
  if (!PLAN_HASH.test(hash)) return undefined;
  const plan = readJson(plansFolder(root), nameOf(hash)) as TargetPlan | undefined;
  return plan?.version === 2 ? plan : undefined;
};

/** What is remembered of a database's plan: enough to say what comes before another. */
export type DatabasePlan = Exclude<PlanBefore, TargetPlan> & { readonly version: 'database' };

const inRun = (run: string, target: string): string => `${run}.${encodeURIComponent(target)}`;

/** Tells the other tasks of a run which plan a target has. */
export const tellRun = (root: string, run: string, { target, hash }: Pick<TargetPlan, 'target' | 'hash'>): void => {
  createOnce(plansFolder(root), inRun(run, target), JSON.stringify(hash));
};

/** The plan that another task of a run has shown for a target; undefined where none has. */
export const toldInRun = (root: string, run: string, target: string): PlanBefore | undefined => {
  const hash = readJson(plansFolder(root), inRun(run, target));
  return typeof hash === 'string' ? (recallPlan(root, hash) ?? recallDatabasePlan(root, hash)) : undefined;
};

const recallDatabasePlan = (root: string, hash: string): DatabasePlan | undefined => {
  const plan = PLAN_HASH.test(hash)
    ? (readJson(plansFolder(root), nameOf(hash)) as DatabasePlan | undefined)
    : undefined;
  return plan?.version === 'database' ? plan : undefined;
};
