import { healthIdentitySchema } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import { getThrough, type Host, type HttpAnswer } from '@polydev/host';
import type { HealthCheckConfig } from '@polydev/manifest';

/** One look; a check that as a whole has less time has that. */
const PROBE_TIMEOUT_MS = 5_000;

/** What one look at a health URL found. */
export interface ProbeResult {
  /** Whether status and body are those asked for. */
  readonly ok: boolean;
  /** What was seen, in a phrase: `status 503: {"status":"starting"}`. */
  readonly seen: string;
  /** Id of the release that answered, where the answer tells. */
  readonly release?: string;
}

/**
 * Asks a health URL as the host sees it, through a connection that the host opens: nothing has to be installed there.
 * A refused or broken connection is a result; a lost link to the host is thrown.
 */
export const probe = async (host: Host, check: HealthCheckConfig, signal: AbortSignal): Promise<ProbeResult> => {
  // Not AbortSignal.any with AbortSignal.timeout: Node 20 may collect the one that the other was made of, and never abort.
  const limit = new AbortController();
  const stop = () => limit.abort(signal.reason);
  const timeoutMs = Math.min(PROBE_TIMEOUT_MS, check.timeoutMs);
  const timer = setTimeout(() => limit.abort(new DOMException('It took too long.', 'TimeoutError')), timeoutMs);
  signal.addEventListener('abort', stop);
  try {
    const { status, text } = await getThrough(host, new URL(check.url), limit.signal);
    return judge(check, { status, text, shown: host.redact?.(text) ?? text });
  } catch (error) {
    if (isOpsError(error) || signal.aborted) throw error;
    return { ok: false, seen: `no answer: ${reasonOf(error, timeoutMs)}` };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
};

interface SeenAnswer extends HttpAnswer {
  /** Its text as it may be shown. */
  readonly shown: string;
}

const judge = (check: HealthCheckConfig, { status, text, shown: whole }: SeenAnswer): ProbeResult => {
  const body = parse(text);
  const { release } = healthIdentitySchema.safeParse(body).data ?? {};
  const shown = whole.length > 300 ? `${whole.slice(0, 300)}…` : whole;
  return {
    ok: status === check.status && (check.body === undefined || contains(body, check.body)),
    seen: `status ${status}${shown ? `: ${shown}` : ', empty body'}`,
    ...(release === undefined ? {} : { release }),
  };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Whether every key of `wanted` is in `value`, with a value that contains the wanted one. */
export const contains = (value: unknown, wanted: unknown): boolean => {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(wanted).every(([key, part]) => contains((value as Record<string, unknown>)[key], part));
};

const reasonOf = (error: unknown, timeoutMs: number): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `nothing within ${timeoutMs / 1000} s`;
  return 'code' in error && error.code === 'ECONNREFUSED' ? 'connection refused' : error.message;
};
