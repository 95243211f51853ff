import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { supabaseServerMissing, supabaseUrlInvalid } from '@polydev/errors';
import type { DatabaseConfig } from '../driver';
import { isThisMachine } from '../postgres/connection-string';

export type SupabaseConfig = Extract<DatabaseConfig, { driver: 'supabase-mcp' }>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** A way to a server, before it is connected. */
export interface Way {
  readonly transport: StdioClientTransport | StreamableHTTPClientTransport;
  /** The last that the server said on stderr, where it is ours. */
  readonly lastWords: () => string;
  /** Ends the server, where it is ours: by itself it would wait some seconds for its idle connections. */
  readonly end: () => void;
}

const PACKAGE = '@supabase/mcp-server-supabase';
/** Others are not asked for: the group `docs`, on by default, makes the server fetch from the internet before it lists its tools. */
const FEATURES = 'database,debugging';
const HOSTED = 'mcp.supabase.com';

/** Where the database is, for people. */
export const supabaseAddress = (config: SupabaseConfig): string => `supabase://${config.project}`;

/**
 * The official server as a process of ours, or the one at `url`. The token goes by environment or header, never on a command line.
 * Throws SUPABASE_SERVER_MISSING, SUPABASE_URL_INVALID.
 */
export const wayTo = (config: SupabaseConfig, token: string, env: Environment): Way => {
  if (config.apiUrl !== undefined) checkedUrl(config.apiUrl);
  if (config.url !== undefined) return overHttp(config, checkedUrl(config.url), token);
  return overStdio(config, token, env);
};

const overHttp = ({ project }: SupabaseConfig, url: URL, token: string): Way => {
  // Other servers, as a self-hosted one, are bound to one project and refuse what they do not know.
  if (url.hostname === HOSTED) {
    for (const [key, value] of Object.entries({ project_ref: project, features: FEATURES })) {
      if (!url.searchParams.has(key)) url.searchParams.set(key, value);
    }
  }
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  return {
    transport: new StreamableHTTPClientTransport(url, { requestInit }),
    lastWords: () => '',
    end: () => undefined,
  };
};

const overStdio = (config: SupabaseConfig, token: string, env: Environment): Way => {
  const args = [serverProgram(), '--features', FEATURES, '--project-ref', config.project];
  if (config.apiUrl !== undefined) args.push('--api-url', config.apiUrl);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args,
    env: { ...kept(env), SUPABASE_ACCESS_TOKEN: token },
    stderr: 'pipe',
  });
  let said = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4096);
  });
  return {
    transport,
    lastWords: () => said.replaceAll(token, '[redacted]').trim().split('\n').slice(-3).join(' '),
    end: () => ended(transport.pid),
  };
};

const ended = (pid: number | null): void => {
  try {
    if (pid !== null) process.kill(pid);
  } catch {
    // It has ended by itself.
  }
};

/** What a Node process needs on its way to the internet; no other variable, with whatever secrets, reaches the server. */
const KEPT = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_ENV_PROXY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
];
const kept = (env: Environment): Record<string, string> =>
  Object.fromEntries(KEPT.flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])));

/** The program of the official server, of the workspace or of where this file lies. */
const serverProgram = (): string => {
  for (const from of [join(process.cwd(), 'package.json'), __filename]) {
    try {
      const main = createRequire(from).resolve(PACKAGE);
      // The package exports its library only; its program is named in package.json, one directory up.
      const root = dirname(dirname(main));
      const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
      return join(root, bin['mcp-server-supabase'] ?? 'dist/cli.js');
    } catch {
      continue;
    }
  }
  throw supabaseServerMissing({ packageName: PACKAGE });
};

const checkedUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw supabaseUrlInvalid({ url: text, reason: 'it is not an https:// URL' });
  if (url.protocol === 'http:' && !isThisMachine(url.hostname.replace(/^\[|\]$/g, ''))) {
    throw supabaseUrlInvalid({ url: text, reason: 'the token would go to another machine in the clear' });
  }
  return url;
};
