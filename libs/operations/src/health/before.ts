import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '@polydev/host';
import type { HealthCheckConfig } from '@polydev/manifest';
import type { DeployPlan } from '../deploy/plan';
import { probe } from './probe';
import { urlOfSlot } from './slot-url';
import { waitUntilHealthy } from './wait';

/** The check of what served before a plan; undefined where nothing did, or nothing checks it. */
const checkOfBefore = ({ before, healthCheck, slots }: DeployPlan) => {
  if (healthCheck === undefined) return undefined;
  if (slots === undefined) return before.kind === 'nothing' ? undefined : healthCheck;
  if (slots.from === undefined) return undefined;
  return { ...healthCheck, url: urlOfSlot(healthCheck.url, slots.ports[slots.from]) };
};

/** The same plan with what is wrong with the release that serves, if one look finds that it is not healthy. */
export const withHealthBefore = async (host: Host, plan: DeployPlan, signal: AbortSignal): Promise<DeployPlan> => {
  const check = checkOfBefore(plan);
  if (check === undefined) return plan;
  const { ok, seen } = await probe(host, check, signal);
  return ok ? plan : { ...plan, unwellBefore: seen };
};

/**
 * Waits until what served before is healthy again. What was not healthy when the run began does not have to be: the state is as it
 * was, and the next deploy, which may be the remedy, is not in its way. Returns a detail for people.
 */
export const waitForBefore = async (host: Host, plan: DeployPlan): Promise<string> => {
  const check = checkOfBefore(plan);
  if (check === undefined) return 'restarted';
  if (plan.unwellBefore !== undefined) {
    if (!isSilence(plan.unwellBefore)) await untilItAnswers(host, check);
    return `the previous release is back; it was not healthy before either (${plan.unwellBefore})`;
  }
  if (await isReplaced(host, plan)) {
    await untilItAnswers(host, check);
    return `${plan.path} was replaced by hand meanwhile; what was put there serves`;
  }
  const release = plan.slots === undefined && plan.before.kind === 'symlink' ? plan.before.release : undefined;
  // Whoever cancelled the run did not cancel the way back.
  const { signal } = new AbortController();
  await waitUntilHealthy({ host, check, signal, ...(release ? { expected: { release } } : {}) });
  return 'the previous release serves again';
};

/** Whether something else stands at the path than what a run that was undone left there. In slots it is not the path that serves. */
const isReplaced = async (host: Host, { before, path, slots }: DeployPlan): Promise<boolean> =>
  slots === undefined &&
  before.kind === 'symlink' &&
  (await host.exec(['readlink', '--', path])).stdout.trim() !== before.link;

const isSilence = (seen: string): boolean => seen.startsWith('no answer');

/** It answered, if not well, and was started anew since: as long as a check may take, until it does so again. */
const untilItAnswers = async (host: Host, check: HealthCheckConfig): Promise<void> => {
  const { signal } = new AbortController();
  const began = Date.now();
  while (Date.now() - began < check.timeoutMs) {
    const { ok, seen } = await probe(host, check, signal);
    if (ok || !isSilence(seen)) return;
    await sleep(check.intervalMs);
  }
};
