import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { faultQueue, type Call, type Fault } from './management-faults';
import {
  applyMigration,
  executeQuery,
  lintTables,
  listMigrations,
  type Reply,
  type Service,
} from './management-service';

/**
 * Supabase's Management API as far as its MCP server uses it (https://api.supabase.com/api/v1, the groups "Database" and
 * "Advisors"), on top of a real PostgreSQL, which runs all of the SQL. It checks method, path, token and body as published, stamps
 * migrations with its own clock, and goes wrong when it is told to.
 */
export interface ManagementApi {
  /** For the server's `--api-url`. */
  readonly url: string;
  /** The one token that it accepts. */
  readonly token: string;
  /** The one project that it knows. */
  readonly project: string;
  /** What it was asked, in order. */
  readonly calls: readonly Call[];
  /** Makes the next call of a kind go wrong, or each of the next `times`. */
  readonly fault: (fault: Fault) => void;
  /** Gives every migration the same second, until it is told another one or `undefined`: the real clock. */
  readonly setClock: (second: string | undefined) => void;
  readonly close: () => Promise<void>;
}

const TOKEN = 'sbp_0123456789abcdef0123456789abcdef01234567';
const PROJECT = 'abcdefghijklmnopqrst';

/** Starts the API before the database of a connection string, on a free port of 127.0.0.1. */
export const startManagementApi = async (connectionString: string): Promise<ManagementApi> => {
  const faults = faultQueue();
  const calls: Call[] = [];
  const service: Service = { connectionString, second: undefined };
  const server = createServer((request, response) => {
    answer(request, async (call, body) => {
      calls.push(call);
      return faults.around(call, () => perform(call, body, service));
    }).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, { status: 500, body: { message: String(error) } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: TOKEN,
    project: PROJECT,
    calls,
    fault: faults.add,
    setClock: (second) => {
      service.second = second;
    },
    close: () => close(server, faults.releaseAll),
  };
};

/** Method and path of each call, behind `/v1/projects/{ref}`. */
const ROUTES: Readonly<Record<string, Call>> = {
  'GET /database/migrations': 'list-migrations',
  'POST /database/migrations': 'apply-migration',
  'POST /database/query': 'query',
  'GET /advisors/security': 'advisors',
  'GET /advisors/performance': 'advisors',
};

type Body = Readonly<Record<string, unknown>>;

const answer = async (
  request: IncomingMessage,
  handle: (call: Call, body: Body) => Promise<Reply | 'cut'>,
): Promise<Reply | 'cut'> => {
  if (request.headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { message: 'Unauthorized' } };
  const [, ref, path] = /^\/v1\/projects\/([a-z]+)(\/[a-z/]+)$/.exec(request.url ?? '') ?? [];
  const call = ROUTES[`${request.method} ${path}`];
  if (call === undefined) return { status: 404, body: { message: `Cannot ${request.method} ${request.url}` } };
  if (ref !== PROJECT) {
    return {
      status: 403,
      body: { message: 'Your account does not have the necessary privileges to access this endpoint.' },
    };
  }
  const written = await text(request);
  return handle(call, { path, ...(written === '' ? {} : (JSON.parse(written) as Body)) });
};

const perform = async (call: Call, body: Body, service: Service): Promise<Reply> => {
  const { name, query, read_only: readOnly } = body;
  switch (call) {
    case 'list-migrations':
      return listMigrations(service);
    case 'advisors':
      return body['path'] === '/advisors/security' ? lintTables(service) : { status: 200, body: { lints: [] } };
    case 'apply-migration':
      if (typeof query !== 'string' || query === '') return invalid('query');
      return applyMigration(service, { name: typeof name === 'string' ? name : '', query });
    case 'query':
      if (typeof query !== 'string' || query === '') return invalid('query');
      return executeQuery(service, { query, readOnly: readOnly === true });
  }
};

const invalid = (field: string): Reply => ({ status: 400, body: { message: `${field}: must be a non-empty string` } });

/** `cut`: the connection breaks before a word of the answer. */
const send = (response: ServerResponse, reply: Reply | 'cut'): void => {
  if (reply === 'cut') {
    response.destroy();
    return;
  }
  const isText = typeof reply.body === 'string';
  response.writeHead(reply.status, { 'content-type': isText ? 'text/html' : 'application/json', ...reply.headers });
  response.end(isText ? reply.body : JSON.stringify(reply.body));
};

const close = async (server: Server, releaseAll: () => void): Promise<void> => {
  releaseAll();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
};
