import { deploymentsAnswerSchema, targetsAnswerSchema } from '@polydev/contract';
import type { DeploymentRecord, TargetView } from '@polydev/contract';
import type { z } from 'zod';

/** Deployments shown. */
const HISTORY = 25;
const TIMEOUT_MS = 5_000;

/** All that the page shows, or why the controller could not be asked. */
export type Overview =
  | {
      readonly kind: 'loaded';
      readonly targets: readonly TargetView[];
      readonly deployments: readonly DeploymentRecord[];
      readonly total: number;
      readonly unreadable: readonly string[];
    }
  | { readonly kind: 'unavailable'; readonly url: string; readonly why: string };

/** `CONTROLLER_URL` when the process was started, without a slash at its end. */
export const controllerUrl = (): string =>
  (process.env['CONTROLLER_URL'] || 'http://localhost:4000').replace(/\/+$/, '');

/** Asks the controller for targets and history. Never throws: a controller that is down is something to show. */
export async function loadOverview(url = controllerUrl()): Promise<Overview> {
  try {
    const [targets, history] = await Promise.all([
      ask(`${url}/api/targets`, targetsAnswerSchema),
      ask(`${url}/api/deployments?limit=${HISTORY}`, deploymentsAnswerSchema),
    ]);
    return {
      kind: 'loaded',
      targets: targets.targets,
      deployments: history.deployments,
      total: history.total,
      unreadable: [...targets.unreadable, ...history.unreadable],
    };
  } catch (error) {
    return { kind: 'unavailable', url, why: reason(error) };
  }
}

async function ask<T>(url: string, schema: z.ZodType<T>): Promise<T> {
  const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}: ${messageIn(text)}`);
  const answer = schema.safeParse(JSON.parse(text));
  if (answer.success) return answer.data;
  throw new Error(
    `${new URL(url).pathname} answered with something that this dashboard does not know; are both of one version?`,
  );
}

/** The controller's own words for what went wrong, where the answer has any. */
function messageIn(text: string): string {
  try {
    const { message, hint } = JSON.parse(text) as { message?: string; hint?: string };
    return [message, hint].filter(Boolean).join(' ') || 'no reason given';
  } catch {
    return 'no reason given';
  }
}

/** What `fetch` throws hides the reason in its cause. */
function reason(error: unknown): string {
  const { name, message, cause } = error as { name?: string; message?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return `It did not answer within ${TIMEOUT_MS / 1000} s.`;
  if (name === 'SyntaxError') return 'What answers there is not the controller: the answer is not JSON.';
  if (cause?.code === 'ECONNREFUSED') return 'Nothing listens there.';
  if (cause?.code === 'ENOTFOUND') return 'Its name does not resolve.';
  return cause?.code ?? message ?? String(error);
}
