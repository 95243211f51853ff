import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ManagementApi } from './management-api';

/** The official MCP server in its HTTP form, as a process of a test's own. */
export interface HttpMcpServer {
  /** Bound to the API's project; `parameters` are those of `https://mcp.supabase.com/mcp`. */
  readonly url: (parameters?: Readonly<Record<string, string>>) => string;
  readonly close: () => Promise<void>;
}

const PACKAGE = '@supabase/mcp-server-supabase';

const program = (): string => {
  const root = dirname(dirname(require.resolve(PACKAGE)));
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  return join(root, bin['mcp-server-supabase'] ?? '');
};

/** Starts the server on a free port that it chooses itself. */
export const startHttpMcpServer = async (api: Pick<ManagementApi, 'url' | 'project'>): Promise<HttpMcpServer> => {
  const args = [
    '--http',
    '--port',
    '0',
    '--api-url',
    api.url,
    '--secret-url-template',
    'https://example.com/{ref}/{name}',
  ];
  const child = execa(process.execPath, [program(), ...args], {
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '' },
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  });
  const address = await new Promise<string>((resolve, reject) => {
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const [, url] = /listening on (http:\S+)/.exec(log) ?? [];
      if (url !== undefined) resolve(url);
    });
    void child.then(() => reject(new Error(`The MCP server does not start: ${log}`)));
  });
  return {
    url: (parameters = {}) => {
      const query = { project_ref: api.project, features: 'database,debugging', ...parameters };
      return `${address}?${new URLSearchParams(query).toString()}`;
    },
    close: async () => {
      child.kill();
      await child;
    },
  };
};
