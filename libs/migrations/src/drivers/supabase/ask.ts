import {
  databaseConnectionLost,
  databaseStatementFailed,
  supabaseAccessDenied,
  supabaseFailed,
  supabaseRateLimited,
  supabaseTokenRefused,
} from '@polydev/errors';
import type { ToolAnswer } from './answer';
import type { Session } from './session';
import { type SupabaseConfig, supabaseAddress } from './transport';

/** A conversation about one project. `wait` takes milliseconds. */
export interface Asking {
  readonly session: Session;
  readonly config: SupabaseConfig;
  readonly wait: (ms: number) => Promise<unknown>;
}

/**
 * Milliseconds between the attempts while the service says that there are too many requests: in sum over a minute, which is how long
 * the Management API counts (https://supabase.com/docs/reference/api/introduction, rate limits).
 */
const WAITS_MS = [2_000, 5_000, 15_000, 45_000];

/** Calls a tool, and again after a while where there were too many requests. Throws SUPABASE_RATE_LIMITED in the end. */
export const callPatiently = async (
  { session, config, wait }: Asking,
  tool: string,
  input: Readonly<Record<string, unknown>>,
): Promise<ToolAnswer> => {
  for (const ms of WAITS_MS) {
    const answer = await session.call(tool, input);
    if (answer.kind !== 'refused' || answer.why !== 'rate') return answer;
    await wait(ms);
  }
  const answer = await session.call(tool, input);
  if (answer.kind !== 'refused' || answer.why !== 'rate') return answer;
  const seconds = WAITS_MS.reduce((sum, ms) => sum + ms, 0) / 1000;
  throw supabaseRateLimited({ address: supabaseAddress(config), seconds });
};

/** The text of an answer. Everything else is thrown, as the situation that it is. */
export const textOrThrow = (answer: ToolAnswer, config: SupabaseConfig): string => {
  const address = supabaseAddress(config);
  switch (answer.kind) {
    case 'answered':
      return answer.text;
    case 'failed':
      throw databaseStatementFailed({ address, failure: answer.failure });
    case 'refused':
      throw refusal(answer, config);
    case 'lost':
      throw answer.by === 'network'
        ? databaseConnectionLost({ address, reason: answer.reason })
        : supabaseFailed({ address, reason: answer.reason });
  }
};

/** The situation behind an answer that says why nothing was done. */
export const refusal = (answer: Extract<ToolAnswer, { kind: 'refused' }>, config: SupabaseConfig): Error => {
  const address = supabaseAddress(config);
  const { why, reason } = answer;
  switch (why) {
    case 'token':
      return supabaseTokenRefused({ address, variable: config.tokenVariable });
    case 'access':
      return supabaseAccessDenied({ address, project: config.project, reason });
    case 'rate':
    case 'request':
      return supabaseFailed({ address, reason });
  }
};
