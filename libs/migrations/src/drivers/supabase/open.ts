import { setTimeout as sleep } from 'node:timers/promises';
import { supabaseTokenInvalid, supabaseTokenMissing, supabaseUnreachable } from '@polydev/errors';
import type { Database } from '../driver';
import { callPatiently, textOrThrow } from './ask';
import { openSession } from './session';
import { supabaseDatabase } from './supabase-database';
import { type Environment, type SupabaseConfig, supabaseAddress, wayTo } from './transport';

/** What tests shorten. */
export interface Patience {
  /** Milliseconds to wait for the answer to one call. */
  readonly timeoutMs?: number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * The SDK's own 60 s would give up on a migration that goes on and commits; this is far beyond what the service's gateway allows, so
 * that it is the service that says no.
 */
const TIMEOUT_MS = 600_000;

/**
 * A Supabase project by way of MCP: the official server, started here, or one at a URL. Asks once, so that what stands in the way is
 * known before anything is done. Throws SUPABASE_TOKEN_MISSING, SUPABASE_TOKEN_INVALID, SUPABASE_URL_INVALID, SUPABASE_SERVER_MISSING,
 * SUPABASE_UNREACHABLE, SUPABASE_TOKEN_REFUSED, SUPABASE_ACCESS_DENIED, SUPABASE_RATE_LIMITED, SUPABASE_FAILED.
 */
export const openSupabaseMcp = async (
  config: SupabaseConfig,
  env: Environment,
  { timeoutMs = TIMEOUT_MS, wait = (ms) => sleep(ms) }: Patience = {},
): Promise<Database> => {
  const token = tokenIn(env, config.tokenVariable);
  const session = openSession({ config, way: () => wayTo(config, token, env), timeoutMs });
  const asking = { session, config, wait };
  try {
    const answer = await callPatiently(asking, 'execute_sql', { query: 'select 1' });
    if (answer.kind === 'lost' && answer.by === 'network')
      throw supabaseUnreachable({ address: supabaseAddress(config), reason: answer.reason });
    textOrThrow(answer, config);
    return supabaseDatabase(asking);
  } catch (error) {
    await session.close();
    throw error;
  }
};

/** A line break at its end, as it comes with files, is none of it; anything else that no HTTP header takes would be shown by its error. */
const tokenIn = (env: Environment, variable: string): string => {
  const token = env[variable]?.trim();
  if (!token) throw supabaseTokenMissing({ variable });
  if (!/^[\x21-\x7e]+$/.test(token)) throw supabaseTokenInvalid({ variable });
  return token;
};
