import {
  applyTo,
  mcpServers,
  startGateway,
  startHttpMcpServer,
  startPostgres,
  startSupabaseWorld,
  type HttpMcpServer,
  type PostgresCluster,
  type SupabaseWorld,
} from '../../../testing';

let cluster: PostgresCluster;
let world: SupabaseWorld;
let server: HttpMcpServer;
beforeAll(async () => {
  cluster = await startPostgres();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  world = await startSupabaseWorld(cluster);
  server = await startHttpMcpServer(world.api);
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const first = { version: '20261127090000', name: 'first' };
const second = { version: '20261127090001', name: 'second' };

describe('a Supabase project by an MCP server at a URL', () => {
  test('is migrated with the token as bearer, and no server is started here', async () => {
    const [running] = mcpServers();
    const database = await world.open({ config: { url: server.url() } });
    expect(await applyTo(database, first, 'create table a ()')).toBe('applied');
    expect(await applyTo(database, second, 'create table b (); drop table a')).toBe('applied');
    expect(await applyTo(database, second, '')).toBe('already-applied');
    expect(await world.listed()).toEqual(['20261127090000 first', '20261127090001 second']);
    expect(await world.tables()).toEqual(['b']);
    expect(await database.advise()).toEqual([{ level: 'warning', text: expect.stringContaining('`public.b`') }]);
    expect(mcpServers()).toEqual([running]);
  });

  test('is named to a server that is bound to no project', async () => {
    const url = new URL(server.url());
    url.searchParams.delete('project_ref');
    const database = await world.open({ config: { url: url.href } });
    expect(await applyTo(database, first, 'create table a ()')).toBe('applied');
    expect(await world.listed()).toEqual(['20261127090000 first']);
  });

  test('is read, but not migrated, where the server is read-only', async () => {
    const database = await world.open({ config: { url: server.url({ read_only: 'true' }) } });
    expect(await database.rows('select 1 as one')).toEqual([{ one: 1 }]);
    const failing = { code: 'MIGRATION_FAILED', hint: expect.stringContaining('read-only mode') };
    await expect(database.apply(first, 'create table a ()')).rejects.toMatchObject(failing);
    await expect(database.exec('create table a ()')).rejects.toMatchObject({
      code: 'DATABASE_STATEMENT_FAILED',
      hint: expect.stringContaining('read-only mode'),
    });
    expect(await world.tables()).toEqual([]);
  });

  test('is not opened by a token that is refused', async () => {
    await expect(world.open({ config: { url: server.url() }, token: 'sbp_expired' })).rejects.toMatchObject({
      code: 'SUPABASE_TOKEN_REFUSED',
    });
  });

  test('an answer that is lost leaves the outcome unknown, and the record tells', async () => {
    const database = await world.open({ config: { url: server.url() } });
    world.api.fault({ on: 'apply-migration', kind: 'lose-answer' });
    expect(await applyTo(database, first, 'create table a ()')).toBe('unknown');
    expect(await applyTo(database, first, 'create table a ()')).toBe('already-applied');
  });

  test('a server that ends in the midst leaves the outcome unknown, and is not taken for gone for good', async () => {
    const database = await world.open({ config: { url: server.url() } });
    await applyTo(database, first, 'create table a ()');
    let done: () => void = () => undefined;
    const performed = new Promise<void>((resolve) => (done = resolve));
    world.api.fault({
      on: 'apply-migration',
      kind: 'hold-answer',
      done: () => done(),
      release: new Promise(() => undefined),
    });
    const outcome = applyTo(database, second, 'create table b ()');
    await performed;
    await server.close();
    expect(await outcome).toBe('unknown');
    await expect(database.exec('select 1')).rejects.toMatchObject({ code: 'DATABASE_CONNECTION_LOST' });
    expect(await world.tables()).toEqual(['a', 'b']);
  });

  test.each([
    [403, 'which may mean that this tool is forbidden, sends the same by plain SQL', 'applied'],
    [429, 'is waited for', 'applied'],
    [503, 'leaves the outcome unknown', 'unknown'],
  ])('a gateway in between that answers %i %s', async (status, _, outcome) => {
    const gateway = await startGateway(server.url());
    const url = new URL(server.url());
    url.port = String(gateway.port);
    const waits: number[] = [];
    const database = await world.open({ config: { url: url.href }, wait: async (ms) => void waits.push(ms) });
    await applyTo(database, first, 'create table a ()');
    gateway.refuseNext(status);
    expect(await database.apply(second, 'create table b ()')).toBe(outcome);
    expect(waits).toEqual(status === 429 ? [2_000] : []);
    expect(await world.tables()).toEqual(outcome === 'applied' ? ['a', 'b'] : ['a']);
    gateway.refuseNext(401);
    await expect(database.exec('select 1')).rejects.toMatchObject({ code: 'SUPABASE_TOKEN_REFUSED' });
    gateway.refuseNext(400);
    await expect(database.exec('select 1')).rejects.toMatchObject({ code: 'SUPABASE_FAILED' });
    await database.exec('select 1');
    await gateway.close();
  });

  test('a page that is no MCP server is told as that', async () => {
    await expect(world.open({ config: { url: `${world.api.url}/mcp` } })).rejects.toMatchObject({
      code: 'SUPABASE_UNREACHABLE',
      message: expect.stringContaining(`The MCP server ${world.api.url}/mcp cannot be reached`),
    });
  });
});
