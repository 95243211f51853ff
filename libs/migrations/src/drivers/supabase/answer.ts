import type { DatabaseFailure } from '../sql-state';

/**
 * What a tool call of the MCP server came to. `refused`: nothing was done. `lost`: whether it was done is unknown, because the answer
 * never came, or came from something in between or from a service that was in trouble itself.
 */
export type ToolAnswer =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'failed'; readonly failure: DatabaseFailure }
  | { readonly kind: 'refused'; readonly why: 'token' | 'access' | 'rate' | 'request'; readonly reason: string }
  | { readonly kind: 'lost'; readonly by: 'network' | 'service'; readonly reason: string };

/**
 * Sorts the text of a tool result with `isError`. The server has no codes: what the Management API said arrives as a sentence, as
 * written in `management-api/index.ts` of `@supabase/mcp-server-supabase` 0.13.
 */
export const errorAnswer = (text: string): ToolAnswer => {
  const reason = messageOf(text);
  const failure = failureIn(reason);
  if (failure) return { kind: 'failed', failure };
  if (/^Unauthorized\b/.test(reason)) return { kind: 'refused', why: 'token', reason };
  if (/Access to project '.*' was denied/.test(reason)) {
    return { kind: 'refused', why: 'access', reason: reason.replace(/\. Access to project '[\s\S]*$/, '') };
  }
  if (reason.includes('read-only mode')) return { kind: 'refused', why: 'access', reason };
  if (/too many requests|throttl|rate limit/i.test(reason)) return { kind: 'refused', why: 'rate', reason };
  if (/unrecognized_keys|invalid_type|ZodError|Unknown tool|-32602/.test(text))
    return { kind: 'refused', why: 'request', reason };
  return reason === 'fetch failed'
    ? { kind: 'lost', by: 'network', reason: 'the MCP server lost its connection to the Management API' }
    : { kind: 'lost', by: 'service', reason };
};

/** `{"error":{"name":…,"message":…}}`, or the message itself from other servers. */
const messageOf = (text: string): string => {
  const parsed = parseJson(text);
  const error = isRecord(parsed) && isRecord(parsed['error']) ? parsed['error'] : parsed;
  return (isRecord(error) && typeof error['message'] === 'string' ? error['message'] : text).trim();
};

/** PostgreSQL's error as the API words it: `Failed to run sql query: ERROR:  42P01: relation "t" does not exist`. */
const failureIn = (message: string): DatabaseFailure | undefined => {
  const [, sqlState, said] = /(?:ERROR|FATAL|PANIC):\s+([0-9A-Z]{5}):\s*([\s\S]*)/.exec(message) ?? [];
  // The class of a connection or server that went away says nothing about the statement.
  return sqlState === undefined || said === undefined || /^(08|57P)/.test(sqlState)
    ? undefined
    : { sqlState, ...partsOf(said) };
};

/** Behind the message come lines of their own: `LINE 3: …` with a caret below it, `DETAIL:`, `HINT:` and `CONTEXT:`. */
const partsOf = (said: string): Omit<DatabaseFailure, 'sqlState'> => {
  const part = (label: string) => new RegExp(`^${label}:\\s+(.*)$`, 'm').exec(said)?.[1]?.trim();
  const [message = ''] = said.split(/\n(?=LINE \d+: |DETAIL: |HINT: |QUERY: |CONTEXT: )/);
  const line = part('LINE \\d+') ?? part('CONTEXT');
  const detail = part('DETAIL');
  return {
    message: [message.trim(), part('HINT')].filter(Boolean).join(' – '),
    ...(detail === undefined ? {} : { detail }),
    ...(line === undefined ? {} : { line }),
  };
};

/**
 * Rows in an answer of `execute_sql`. They stand between marks with a random id, so that data can hold neither mark; undefined where
 * there are none.
 */
export const rowsIn = (text: string): readonly unknown[] | undefined => {
  const parsed = parseJson(text);
  const result = isRecord(parsed) && typeof parsed['result'] === 'string' ? parsed['result'] : text;
  const rows = parseJson(
    /<untrusted-data-([0-9a-f-]{36})>\n([\s\S]*)\n<\/untrusted-data-\1>/.exec(result)?.[2] ?? result,
  );
  return Array.isArray(rows) ? rows : undefined;
};

/** Undefined for what is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
