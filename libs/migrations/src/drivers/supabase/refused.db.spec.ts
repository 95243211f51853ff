import { createServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { isOpsError, type OpsError } from '@polydev/errors';
import {
  applyTo,
  mcpServers,
  startPostgres,
  startSupabaseWorld,
  type PostgresCluster,
  type SupabaseWorld,
} from '../../../testing';
import { openDatabase } from '../open-database';

let cluster: PostgresCluster;
let world: SupabaseWorld;
beforeAll(async () => {
  cluster = await startPostgres();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  world = await startSupabaseWorld(cluster);
});
afterEach(() => world.close());

const first = { version: '20261127090000', name: 'first' };

/** How it ends: as a situation of the user's, with what to do, and without the token. */
const refusal = async (work: Promise<unknown>, token = world.api.token): Promise<OpsError> => {
  const error: unknown = await work.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (!isOpsError(error)) throw error;
  expect(error.hint).not.toBe('');
  expect(inspect(error, { depth: Infinity, showHidden: true }) + error.hint).not.toContain(token);
  return error;
};

describe('a Supabase project is not opened', () => {
  test.each([
    ['no token is given', '', 'SUPABASE_TOKEN_MISSING'],
    ['the token is none', 'two words', 'SUPABASE_TOKEN_INVALID'],
  ])('if %s, and no server is started', async (_, token, code) => {
    const error = await refusal(world.open({ token }), token || 'sbp_');
    expect(error).toMatchObject({ code, message: expect.stringContaining('SUPABASE_TOKEN') });
    expect(world.api.calls).toEqual([]);
    expect(mcpServers()).toEqual([]);
  });

  test('by a token that has expired (401)', async () => {
    const error = await refusal(world.open({ token: 'sbp_expired' }), 'sbp_expired');
    expect(error).toMatchObject({ code: 'SUPABASE_TOKEN_REFUSED', hint: expect.stringContaining('SUPABASE_TOKEN') });
    expect(mcpServers()).toEqual([]);
  });

  test('of somebody else (403)', async () => {
    const error = await refusal(world.open({ config: { project: 'zzzzzzzzzzzzzzzzzzzz' } }));
    expect(error).toMatchObject({
      code: 'SUPABASE_ACCESS_DENIED',
      message: `supabase://zzzzzzzzzzzzzzzzzzzz denies access to the project zzzzzzzzzzzzzzzzzzzz: Your account does not have the necessary privileges to access this endpoint. Nothing was changed.`,
    });
  });

  test('while the service is in trouble (500, 504)', async () => {
    world.api.fault({
      on: 'query',
      kind: 'answer',
      reply: { status: 500, body: { message: 'Internal server error' } },
    });
    expect(await refusal(world.open())).toMatchObject({
      code: 'SUPABASE_FAILED',
      message: expect.stringContaining('Internal server error'),
    });
    world.api.fault({ on: 'query', kind: 'answer', reply: { status: 504, body: '<html>upstream timeout</html>' } });
    expect(await refusal(world.open())).toMatchObject({ code: 'SUPABASE_FAILED' });
  });

  test('where nothing listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await refusal(world.open({ config: { apiUrl: `http://127.0.0.1:${port}` } }));
    expect(error.code).toBe('SUPABASE_UNREACHABLE');
    expect(error.message).toMatch(
      /^supabase:\/\/\w+ cannot be reached: the MCP server lost its connection to the Management API\. What was/,
    );
  });

  test('by an address to which the token would go in the clear, and none is started', async () => {
    for (const config of [
      { apiUrl: 'http://api.example.com' },
      { url: 'http://mcp.example.com/mcp' },
      { url: 'ftp://mcp.example.com' },
    ]) {
      const error = await refusal(world.open({ config }));
      expect(error).toMatchObject({
        code: 'SUPABASE_URL_INVALID',
        message: expect.stringContaining('The token was not sent.'),
      });
    }
    expect(mcpServers()).toEqual([]);
  });
});

describe('an open Supabase project', () => {
  test('the token is neither on a command line nor in what is printed of it', async () => {
    const database = await world.open();
    const [server] = mcpServers();
    expect(server?.commandLine).toContain('--project-ref');
    expect(server?.commandLine).not.toContain(world.api.token);
    expect(inspect(database, { depth: Infinity, showHidden: true })).not.toContain(world.api.token);
  });

  test('a token as it comes from a file, with a line break at its end, is taken', async () => {
    await (await world.open({ token: `${world.api.token}\n` })).exec('select 1');
  });

  test('too many requests (429) are waited for, and the migration is applied once', async () => {
    const waits: number[] = [];
    const database = await world.open({ wait: async (ms) => void waits.push(ms) });
    await applyTo(database, { version: '20261127080000', name: 'before' }, 'create table b ()');
    const reply = { status: 429, body: { message: 'ThrottlerException: Too Many Requests' } };
    world.api.fault({ on: 'apply-migration', kind: 'answer', reply, times: 2 });
    expect(await applyTo(database, first, 'create table a ()')).toBe('applied');
    expect(waits).toEqual([2_000, 5_000]);

    world.api.fault({ on: 'query', kind: 'answer', reply, times: 5 });
    expect(await refusal(database.exec('select 1'))).toMatchObject({
      code: 'SUPABASE_RATE_LIMITED',
      message: expect.stringContaining('after waiting for 67 s'),
    });
    await database.exec('select 1');
  });

  test('a token that is withdrawn in the midst ends the run with that, not with an unknown outcome', async () => {
    const database = await world.open();
    await applyTo(database, { version: '20261127080000', name: 'before' }, 'create table b ()');
    world.api.fault({
      on: 'apply-migration',
      kind: 'answer',
      reply: { status: 401, body: { message: 'Unauthorized' } },
    });
    expect(await refusal(applyTo(database, first, 'create table a ()'))).toMatchObject({
      code: 'SUPABASE_TOKEN_REFUSED',
    });
    expect(await world.tables()).toEqual(['b']);
  });

  test('where neither the migrations endpoint nor plain SQL is allowed, says what is denied', async () => {
    const database = await world.open();
    const reply = { status: 403, body: { message: 'Your role cannot do this.' } };
    world.api.fault({ on: 'apply-migration', kind: 'answer', reply });
    world.api.fault({ on: 'query', kind: 'answer', reply });
    expect(await refusal(database.apply(first, 'create table a ()'))).toMatchObject({
      code: 'SUPABASE_ACCESS_DENIED',
      message: expect.stringContaining('Your role cannot do this. Nothing was changed.'),
    });
  });
});

test('the driver is chosen by the config', async () => {
  const config = {
    driver: 'supabase-mcp',
    tokenVariable: 'TOKEN',
    project: world.api.project,
    apiUrl: world.api.url,
  } as const;
  const database = await openDatabase(config, { env: { ...process.env, TOKEN: world.api.token } });
  expect(database.driver).toBe('supabase-mcp');
  await database.close();
});
