import { OpsError } from '../ops-error';

export const MIGRATION_SUPABASE_CODES = [
  'SUPABASE_TOKEN_MISSING',
  'SUPABASE_TOKEN_INVALID',
  'SUPABASE_URL_INVALID',
  'SUPABASE_SERVER_MISSING',
  'SUPABASE_UNREACHABLE',
  'SUPABASE_TOKEN_REFUSED',
  'SUPABASE_ACCESS_DENIED',
  'SUPABASE_RATE_LIMITED',
  'SUPABASE_FAILED',
] as const;

/** The variable that the manifest names for Supabase's access token is not set. */
export const supabaseTokenMissing = (facts: { variable: string }) =>
  new OpsError(
    'SUPABASE_TOKEN_MISSING',
    `${facts.variable} is not set, so Supabase cannot be asked. Nothing was changed.`,
    `Make a personal access token in Supabase's dashboard (Account, Access Tokens) and set it: \`export ${facts.variable}=…\`, or in the CI's secrets.`,
  );

/** What is in the variable is no token: none has spaces, line breaks or letters beyond ASCII. */
export const supabaseTokenInvalid = (facts: { variable: string }) =>
  new OpsError(
    'SUPABASE_TOKEN_INVALID',
    `${facts.variable} holds characters that no access token has, such as spaces or line breaks. It was not sent, and nothing was changed.`,
    `Copy the token anew into ${facts.variable}: Supabase's dashboard, Account, Access Tokens.`,
  );

/** The URL of the MCP server or of the Management API cannot be used; `reason` is a clause. */
export const supabaseUrlInvalid = (facts: { url: string; reason: string }) =>
  new OpsError(
    'SUPABASE_URL_INVALID',
    `${facts.url} cannot be used: ${facts.reason}. The token was not sent.`,
    'Give an https:// URL in .deploy.yaml, as in `https://mcp.supabase.com/mcp`, or leave it out: the official server is started on this machine then.',
  );

/** The official MCP server is not installed beside the workspace. */
export const supabaseServerMissing = (facts: { packageName: string }) =>
  new OpsError(
    'SUPABASE_SERVER_MISSING',
    `${facts.packageName} is not installed, and .deploy.yaml names no URL of an MCP server. Nothing was changed.`,
    `Install it in the workspace: \`npm install --save-dev ${facts.packageName} @modelcontextprotocol/server\`.`,
  );

/** No conversation with the MCP server or the Management API behind it came about. */
export const supabaseUnreachable = (facts: { address: string; reason: string }) =>
  new OpsError(
    'SUPABASE_UNREACHABLE',
    `${facts.address} cannot be reached: ${facts.reason}. What was recorded in the database stands.`,
    'Check the network, the proxy and the URL; then run the same command again: it reads what the database recorded first.',
  );

/** 401: the token is wrong, has expired or was withdrawn. */
export const supabaseTokenRefused = (facts: { address: string; variable: string }) =>
  new OpsError(
    'SUPABASE_TOKEN_REFUSED',
    `${facts.address} does not accept the access token. Nothing was changed.`,
    `Put a valid one in ${facts.variable}: Supabase's dashboard, Account, Access Tokens.`,
  );

/** 403: the token is valid, but not for this project or this call. */
export const supabaseAccessDenied = (facts: { address: string; project: string; reason: string }) =>
  new OpsError(
    'SUPABASE_ACCESS_DENIED',
    `${facts.address} denies access to the project ${facts.project}: ${facts.reason}. Nothing was changed.`,
    'Check the project in .deploy.yaml, and that the token belongs to a member of its organization who may change the database.',
  );

/** 429, again after several waits. */
export const supabaseRateLimited = (facts: { address: string; seconds: number }) =>
  new OpsError(
    'SUPABASE_RATE_LIMITED',
    `${facts.address} still answers that there are too many requests, after waiting for ${facts.seconds} s. What was applied before stays applied and recorded.`,
    'Wait some minutes and run the same command again: it goes on with the first file that is not recorded.',
  );

/** The service answered with an error of its own, not the database's. */
export const supabaseFailed = (facts: { address: string; reason: string }) =>
  new OpsError(
    'SUPABASE_FAILED',
    `${facts.address} answered with an error: ${facts.reason}. What was recorded in the database stands.`,
    'Look at https://status.supabase.com, then run the same command again: it reads what the database recorded first.',
  );
