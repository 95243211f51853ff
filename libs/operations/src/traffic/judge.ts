import type { TrafficServer } from './read';

/** What a slot did since a moment, by the engine's counters. */
export interface Observed {
  /** Requests that came to their end, well or not. */
  readonly requests: number;
  /** Those that a client saw fail: status 5xx, no connection, no answer, or an answer broken off. */
  readonly failed: number;
  /** Attempts to connect that failed and were made again; no client need have noticed. */
  readonly retries: number;
  /** The failures by kind, in words. */
  readonly kinds: string;
}

type Counters = Pick<TrafficServer, 'req_tot' | 'hrsp_5xx' | 'econ' | 'eresp' | 'srv_abrt' | 'wretr'>;
export const NOTHING_COUNTED: Counters = { req_tot: 0, hrsp_5xx: 0, econ: 0, eresp: 0, srv_abrt: 0, wretr: 0 };

/** What was counted between two looks at one engine. */
export const difference = (before: Counters, after: Counters): Observed => {
  const since = (name: keyof Counters) => after[name] - before[name];
  const kinds: readonly (readonly [number, string])[] = [
    [since('hrsp_5xx'), 'answered with status 5xx'],
    [since('econ'), 'found nobody to connect to'],
    [since('eresp'), 'got no answer'],
    [since('srv_abrt'), 'got half an answer'],
  ];
  const failed = kinds.reduce((sum, [count]) => sum + count, 0);
  const retries = since('wretr');
  const named = [...kinds, [retries, 'attempts were made again'] as const].filter(([count]) => count > 0);
  return {
    // HAProxy counts an answer once it began, so what found no connection or got none comes on top.
    requests: since('req_tot') + since('econ') + since('eresp'),
    failed,
    retries,
    kinds: named.map(([count, words]) => `${count} ${words}`).join(', '),
  };
};

/** The same of two stretches, as where the engine was started again between them. */
export const together = (first: Observed, second: Observed): Observed => ({
  requests: first.requests + second.requests,
  failed: first.failed + second.failed,
  retries: first.retries + second.retries,
  kinds: [first.kinds, second.kinds].filter((kinds) => kinds !== '').join(', '),
});

/** Fewer than so many failures are chance, unless nothing came well. */
const BY_CHANCE = 2;

/**
 * Whether a release is to be taken back: more than `maxFailedShare` (0 to 1) of its requests failed, and at least three
 * did, or every one. A connection that had to be tried again counts like a failure, because a release that is down makes
 * its requests wait for seconds before the first of them has failed.
 */
export const isBad = ({ requests, failed, retries }: Observed, maxFailedShare: number): boolean => {
  const trouble = failed + retries;
  const all = requests + retries;
  return trouble > 0 && trouble / all > maxFailedShare && (trouble > BY_CHANCE || trouble === all);
};
