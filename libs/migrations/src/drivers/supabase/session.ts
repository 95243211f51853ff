import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { supabaseTokenRefused, supabaseUnreachable } from '@polydev/errors';
import { networkReason } from '../network-reason';
import { type ToolAnswer, errorAnswer } from './answer';
import { type Way, type SupabaseConfig, supabaseAddress } from './transport';

/** A conversation with an MCP server, begun anew where the last one ended. */
export interface Session {
  readonly has: (tool: string) => Promise<boolean>;
  /** `project_id` is added where the server is not bound to a project. Throws SUPABASE_UNREACHABLE, SUPABASE_TOKEN_REFUSED. */
  readonly call: (tool: string, input: Readonly<Record<string, unknown>>) => Promise<ToolAnswer>;
  readonly close: () => Promise<void>;
}

export interface SessionFacts {
  readonly config: SupabaseConfig;
  readonly way: () => Way;
  /** Milliseconds to wait for the answer to a tool call. */
  readonly timeoutMs: number;
}

interface Connection {
  readonly client: Client;
  /** Each tool's arguments. */
  readonly tools: ReadonlyMap<string, readonly string[]>;
  /** Ends the server too, where it is ours. */
  readonly close: () => Promise<void>;
}

/** Begins no conversation before the first call. */
export const openSession = (facts: SessionFacts): Session => {
  let connection: Promise<Connection> | undefined;
  const begin = (): Promise<Connection> => {
    // The end of an earlier conversation may be told when a later one has begun.
    const forget = () => {
      if (connection === begun) connection = undefined;
    };
    const begun = connect(facts, forget).catch((error: unknown) => {
      forget();
      throw error;
    });
    return begun;
  };
  const connected = (): Promise<Connection> => (connection ??= begin());
  return {
    has: async (tool) => (await connected()).tools.has(tool),
    call: async (tool, input) => call(await connected(), { tool, input }, facts),
    close: async () => {
      const open = await connection?.catch(() => undefined);
      connection = undefined;
      await open?.close();
    },
  };
};

const connect = async (facts: SessionFacts, onClose: () => void): Promise<Connection> => {
  const { transport, lastWords, end } = facts.way();
  // Without the capability to ask, no server waits for somebody to confirm a destructive statement: lint did that.
  const client = new Client({ name: 'polydev-migrations', version: '1' }, { capabilities: {} });
  client.onclose = onClose;
  const close = async () => {
    end();
    await client.close();
  };
  try {
    await client.connect(transport);
    const { tools } = await client.listTools();
    const names = tools.map(({ name, inputSchema }) => [name, Object.keys(inputSchema.properties ?? {})] as const);
    return { client, tools: new Map(names), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw notConnected(error as Error, facts.config, lastWords());
  }
};

const notConnected = (error: Error, config: SupabaseConfig, lastWords: string): Error => {
  const address = `The MCP server ${config.url ?? 'for ' + supabaseAddress(config)}`;
  if (refusedToken(error)) return supabaseTokenRefused({ address, variable: config.tokenVariable });
  return supabaseUnreachable({ address, reason: lastWords || reasonOf(error) });
};

const call = async (
  { client, tools }: Connection,
  { tool, input }: { tool: string; input: Readonly<Record<string, unknown>> },
  { config, timeoutMs }: SessionFacts,
): Promise<ToolAnswer> => {
  const project = tools.get(tool)?.includes('project_id') ? { project_id: config.project } : {};
  try {
    const result = await client.callTool({ name: tool, arguments: { ...input, ...project } }, undefined, {
      timeout: timeoutMs,
      resetTimeoutOnProgress: true,
    });
    const text = textOf(result.content);
    return result.isError === true ? errorAnswer(text) : { kind: 'answered', text };
  } catch (error) {
    return brokenAnswer(error as McpFailure);
  }
};

/** What the SDK throws: an error of the protocol, of HTTP or of the network, told apart by its code. */
type McpFailure = Error & { readonly code?: unknown };

const brokenAnswer = (error: McpFailure): ToolAnswer => {
  const reason = reasonOf(error);
  if (refusedToken(error)) return { kind: 'refused', why: 'token', reason };
  const { code } = error;
  if (code === 403) return { kind: 'refused', why: 'access', reason };
  if (code === 429) return { kind: 'refused', why: 'rate', reason };
  // HTTP says that the request was not taken; JSON-RPC that there is no such tool, or that it does not take such arguments.
  if ((typeof code === 'number' && code >= 400 && code < 500) || code === -32_601 || code === -32_602)
    return { kind: 'refused', why: 'request', reason };
  return { kind: 'lost', by: typeof code === 'number' && code >= 500 ? 'service' : 'network', reason };
};

/** 401 over HTTP; the SDK's classes for it differ by version, their words do not. */
const refusedToken = (error: McpFailure): boolean =>
  error.code === 401 || error.name === 'UnauthorizedError' || error.constructor.name === 'UnauthorizedError';

const reasonOf = (error: McpFailure): string => {
  if (error.code === -32_001) return 'no answer came in time';
  if (error.code === -32_000) return 'the MCP server ended';
  if (error.message !== 'fetch failed') return oneLine(error.message);
  return networkReason((error.cause as NodeJS.ErrnoException | undefined)?.code) ?? 'the connection broke';
};

/** What a gateway in between says may be a whole page. */
const oneLine = (text: string): string =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);

const textOf = (content: unknown): string =>
  Array.isArray(content)
    ? (content as readonly { text?: unknown }[]).map(({ text }) => (typeof text === 'string' ? text : '')).join('')
    : '';
