import { createHash } from 'node:crypto';
import { factsOf } from './facts';
import type { TargetPlan } from './target-plan';

/** Hex digits of a hash: 48 bits, enough to tell the plans of one target apart, and short enough to type. */
const DIGITS = 12;

/** What a hash looks like. It begins with a letter because Nx makes numbers of what looks like one. */
export const PLAN_HASH = new RegExp(`^p[0-9a-f]{${DIGITS}}$`);

/** Names a plan by all that decides. Pure. */
export const planHash = (plan: Omit<TargetPlan, 'hash'>): string => {
  const facts = factsOf(plan).map(({ name, value }) => [name, value]);
  return `p${createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, DIGITS)}`;
};
