import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually, isRunning } from '@polydev/host/testing';
import {
  applyTo,
  mcpServers,
  startPostgres,
  startSupabaseWorld,
  type PostgresCluster,
  type SupabaseWorld,
} from '../../../testing';

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
const second = { version: '20261127090001', name: 'second' };
const denied = { status: 403, body: { message: 'This endpoint is only available to selected partner OAuth apps.' } };

describe('a Supabase project by the official MCP server', () => {
  test('gives rows as PostgreSQL does, and says where it is', async () => {
    const database = await world.open();
    expect(database).toMatchObject({ driver: 'supabase-mcp', address: `supabase://${world.api.project}` });
    const rows = await database.rows(`select 1::bigint as big, true as yes, null as none, '{"a": [1]}'::jsonb as json,
      '2026-11-27'::date as day, 'a</untrusted-data-0>
b' as text`);
    expect(rows).toEqual([
      { big: 1, yes: true, none: null, json: { a: [1] }, day: '2026-11-27', text: 'a</untrusted-data-0>\nb' },
    ]);
    expect(await database.rows('create table t (); select 1 as one; select 2 as two')).toEqual([{ two: 2 }]);
    await database.exec('drop table t');
  });

  test('one server is started for all of its calls, and ends with it', async () => {
    const database = await world.open();
    await Promise.all([database.exec('select 1'), database.exec('select 2'), database.rows('select 3')]);
    expect(mcpServers()).toHaveLength(1);
    await database.close();
    expect(mcpServers()).toEqual([]);
  });

  test('the server of a deployer that is killed ends too', async () => {
    const argv = ['-r', '@polydev/run-source', join(__dirname, '../../../testing/supabase-deployer.ts')];
    const env = { ...process.env, TOKEN: world.api.token, PROJECT: world.api.project, API: world.api.url };
    const deployer = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(deployer.stdout, 'data');
    const [server] = mcpServers(deployer.pid);
    deployer.kill('SIGKILL');
    await eventually(() => expect(isRunning(server!.pid)).toBe(false));
  });

  test('lists migrations under the versions of their files, however few seconds they take', async () => {
    const database = await world.open();
    world.api.setClock('20261127101112');
    expect(await applyTo(database, first, 'create table a ()')).toBe('applied');
    expect(await applyTo(database, second, 'create table b ()')).toBe('applied');
    expect(await world.listed()).toEqual(['20261127090000 first', '20261127090001 second']);
    expect(await applyTo(database, second, 'create table b ()')).toBe('already-applied');
    expect(await world.tables()).toEqual(['a', 'b']);
    expect(await database.reconcile()).toEqual([]);
  });

  test('waits for the next second where the service has stamped another migration with this one', async () => {
    const waits: number[] = [];
    const wait = async (ms: number) => {
      waits.push(ms);
      world.api.setClock('20261127101113');
    };
    const database = await world.open({ wait });
    // Somebody applied one by the dashboard just now: it has no record of ours, so it stays as it is.
    world.api.setClock('20261127101112');
    await database.apply({ version: '20200101000000', name: 'by_hand' }, 'create table by_hand ()');
    expect(await applyTo(database, first, 'create table a ()')).toBe('applied');
    expect(waits).toEqual([1_000]);
    expect(await world.listed()).toEqual(['20261127090000 first', '20261127101112 20200101000000_by_hand']);
    expect(await world.tables()).toEqual(['a', 'by_hand']);
  });

  test('a file that ends in a comment is applied with its record', async () => {
    const database = await world.open();
    await applyTo(database, first, 'create table a ()');
    expect(await database.apply(second, 'create table b () -- the last line')).toBe('applied');
    expect(await world.tables()).toEqual(['a', 'b']);
  });

  test('a failing file leaves nothing, and is told with its SQLSTATE and the line that it is about', async () => {
    const database = await world.open();
    await expect(applyTo(database, first, 'create table a ();\ninsert into nowhere values (1)')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringMatching(
        /^20261127090000_first failed: relation "nowhere" does not exist \(SQLSTATE 42P01\)\n {2}at: insert into nowhere values \(1\)\nAll of it was rolled back/,
      ),
    });
    expect(await world.tables()).toEqual([]);
    expect(await world.listed()).toEqual([]);
    expect(await applyTo(database, first, 'create table a ()')).toBe('applied');
  });

  test('a statement that must not be in a transaction runs by itself, and is listed at the next start', async () => {
    const database = await world.open();
    await applyTo(database, first, 'create table a (id int)');
    await expect(applyTo(database, second, 'create index concurrently a_id on a (id)')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      hint: expect.stringContaining('-- no-transaction'),
    });
    expect(await database.applyAlone(second, 'create index concurrently a_id on a (id)')).toBe('applied');
    await world.sql(`insert into deploy_meta.migrations (version, name, checksum, state, applied_by)
      values ('${second.version}', '${second.name}', 'c0ffee', 'applied', 'test@here')`);
    expect(await database.reconcile()).toEqual([
      `20261127090001_second: it was missing in Supabase's list of migrations and is added.`,
    ]);
    expect(await world.listed()).toEqual(['20261127090000 first', '20261127090001 second']);
  });

  test('where the token may not use the migrations endpoint, applies and lists by plain SQL', async () => {
    const database = await world.open();
    world.api.fault({ on: 'apply-migration', kind: 'answer', reply: denied, times: 9 });
    expect(await applyTo(database, first, 'create table a () -- the last line')).toBe('applied');
    expect(await applyTo(database, second, 'create table b ()')).toBe('applied');
    expect(await applyTo(database, second, 'create table b ()')).toBe('already-applied');
    expect(await world.listed()).toEqual(['20261127090000 first', '20261127090001 second']);
    // It is not asked again for each file.
    expect(world.api.calls.filter((call) => call === 'apply-migration')).toHaveLength(1);
    const third = { version: '20261127090002', name: 'third' };
    await expect(applyTo(database, third, 'create table c (); create table a ()')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('SQLSTATE 42P07'),
    });
    expect(await world.tables()).toEqual(['a', 'b']);
    expect(await world.listed()).toHaveLength(2);
  });

  test('hands on what the advisors say', async () => {
    const database = await world.open();
    await applyTo(
      database,
      first,
      'create table a (); create table b (); alter table b enable row level security; create table c ()',
    );
    expect(await database.advise()).toEqual([
      expect.objectContaining({
        level: 'warning',
        text: expect.stringMatching(/^security: Table `public\.a` is public, but RLS .* \(https:/),
      }),
      expect.objectContaining({ level: 'warning', text: expect.stringContaining('`public.c`') }),
    ]);
    world.api.fault({ on: 'advisors', kind: 'answer', reply: { status: 500, body: { message: 'no advice today' } } });
    expect(await database.advise()).toEqual([
      { level: 'note', text: expect.stringContaining(`security: Supabase's advisor did not answer`) },
    ]);
  });
});
