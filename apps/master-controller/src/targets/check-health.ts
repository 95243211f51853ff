import { healthIdentitySchema, type TargetView } from '@polydev/contract';

const TIMEOUT_MS = 2_000;

export type Health = Pick<TargetView, 'health' | 'healthDetail'>;

/**
 * Asks a health URL once. Healthy is a 2xx answer within 2 s which, where it names a release, names the live one: a
 * service that was not restarted still answers, with what was live before.
 */
export async function checkHealth(url: string, liveRelease: string | undefined): Promise<Health> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
    text = await response.text();
  } catch (error) {
    return unhealthy(`${url} ${reason(error)}.`);
  }
  if (!response.ok) return unhealthy(`${url} answered ${response.status}.`);
  const answering = answeringRelease(text);
  if (answering !== undefined && liveRelease !== undefined && answering !== liveRelease) {
    return unhealthy(`${url} is still answered by release ${answering}: the service was not restarted.`);
  }
  return { health: 'healthy' };
}

const unhealthy = (healthDetail: string): Health => ({ health: 'unhealthy', healthDetail });

/** What `fetch` throws hides the reason in its cause. */
function reason(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return `did not answer within ${TIMEOUT_MS / 1000} s`;
  if (cause?.code === 'ECONNREFUSED') return 'refused the connection';
  return `could not be asked (${cause?.code ?? String(error)})`;
}

function answeringRelease(text: string): string | undefined {
  try {
    return healthIdentitySchema.safeParse(JSON.parse(text)).data?.release;
  } catch {
    return undefined;
  }
}
