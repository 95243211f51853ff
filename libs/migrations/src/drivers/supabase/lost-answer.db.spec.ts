import { eventually, isRunning } from '@polydev/host/testing';
import {
  applyTo,
  mcpServers,
  startPostgres,
  startSupabaseWorld,
  type PostgresCluster,
  type SupabaseWorld,
} from '../../../testing';
import { readRecord } from '../../store/records';

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
const CLOCK = '20261127101112';

/** A call whose answer waits: it has been performed when `done` resolves. */
const heldAnswer = () => {
  let [markDone, release] = [() => undefined as void, () => undefined as void];
  const done = new Promise<void>((resolve) => (markDone = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    done,
    release: () => release(),
    fault: { kind: 'hold-answer', done: () => markDone(), release: released } as const,
  };
};

/** It took effect, and the service has it under its clock: what every lost answer leaves. */
const expectApplied = async (database: Awaited<ReturnType<SupabaseWorld['open']>>): Promise<void> => {
  expect(await readRecord(database, first.version)).toMatchObject({ state: 'applied' });
  expect(await world.listed()).toEqual([`${CLOCK} 20261127090000_first`]);
  expect(await applyTo(database, first, 'create table a ()')).toBe('already-applied');
  // The second look has put the version right.
  expect(await world.listed()).toEqual(['20261127090000 first']);
  expect(await world.tables()).toEqual(['a']);
};

describe('an answer of the Management API that is lost', () => {
  beforeEach(() => world.api.setClock(CLOCK));

  test('after the migration was committed leaves the outcome unknown, and the record tells', async () => {
    const database = await world.open();
    world.api.fault({ on: 'apply-migration', kind: 'lose-answer' });
    expect(await applyTo(database, first, 'create table a ()')).toBe('unknown');
    expect(database.whyUnknown()).toBe('the MCP server lost its connection to the Management API');
    await expectApplied(database);
  });

  test('before anything was done leaves the outcome unknown too, and the record tells', async () => {
    const database = await world.open();
    world.api.fault({ on: 'apply-migration', kind: 'lose-request' });
    expect(await applyTo(database, first, 'create table a ()')).toBe('unknown');
    expect(await readRecord(database, first.version)).toBeUndefined();
    expect(await applyTo(database, first, 'create table a ()')).toBe('applied');
    expect(await world.listed()).toEqual(['20261127090000 first']);
  });

  test.each([
    [
      'a gateway that gave up (504)',
      { status: 504, body: '<html>upstream timeout</html>' },
      'Failed to apply migration',
    ],
    [
      'an error of the service (500)',
      { status: 500, body: { message: 'Internal server error' } },
      'Internal server error',
    ],
  ])('in the way of %s leaves the outcome unknown', async (_, reply, why) => {
    const database = await world.open();
    world.api.fault({ on: 'apply-migration', kind: 'answer', reply });
    expect(await applyTo(database, first, 'create table a ()')).toBe('unknown');
    expect(database.whyUnknown()).toBe(why);
    expect(await readRecord(database, first.version)).toBeUndefined();
  });

  test('because it did not come in time leaves the outcome unknown, and the next call is answered', async () => {
    const database = await world.open({ timeoutMs: 5_000 });
    const { fault, release } = heldAnswer();
    world.api.fault({ on: 'apply-migration', ...fault });
    expect(await applyTo(database, first, 'create table a ()')).toBe('unknown');
    expect(database.whyUnknown()).toBe('no answer came in time');
    await expectApplied(database);
    release();
  });

  test('for plain SQL is an error that says so', async () => {
    const database = await world.open();
    world.api.fault({ on: 'query', kind: 'lose-answer' });
    await expect(database.exec('create table a ()')).rejects.toMatchObject({
      code: 'DATABASE_CONNECTION_LOST',
      message: expect.stringContaining('Whether the statement under way took effect is unknown'),
    });
    expect(await world.tables()).toEqual(['a']);
    world.api.fault({ on: 'query', kind: 'answer', reply: { status: 504, body: 'upstream timeout' } });
    await expect(database.exec('select 1')).rejects.toMatchObject({ code: 'SUPABASE_FAILED' });
  });

  test('of a statement that runs by itself leaves its outcome unknown', async () => {
    const database = await world.open();
    world.api.fault({ on: 'query', kind: 'lose-answer' });
    expect(await database.applyAlone(first, 'create table a ()')).toBe('unknown');
    expect(await world.tables()).toEqual(['a']);
  });

  test('where plain SQL stands in for the migrations endpoint, leaves the outcome unknown, and the record tells', async () => {
    const database = await world.open();
    await applyTo(database, { version: '20261127080000', name: 'before' }, 'create table b ()');
    const reply = { status: 403, body: { message: 'Forbidden resource' } };
    world.api.fault({ on: 'apply-migration', kind: 'answer', reply, times: 2 });
    world.api.fault({ on: 'query', kind: 'answer', reply: { status: 504, body: 'upstream timeout' } });
    const script = 'create table a ()';
    // The tables are there, so the first plain SQL after the refusal is the script.
    expect(await database.apply(first, script)).toBe('unknown');
    expect(await database.apply(first, script)).toBe('applied');
    expect(await world.listed()).toEqual(['20261127080000 before', '20261127090000 first']);
  });
});

describe('an MCP server that is killed', () => {
  test('in the midst of a migration leaves the outcome unknown; another one is started, and the record tells', async () => {
    world.api.setClock(CLOCK);
    const database = await world.open();
    const { done, fault, release } = heldAnswer();
    world.api.fault({ on: 'apply-migration', ...fault });
    const outcome = applyTo(database, first, 'create table a ()');
    await done;
    const [server] = mcpServers();
    process.kill(server!.pid, 'SIGKILL');
    expect(await outcome).toBe('unknown');
    expect(database.whyUnknown()).toBe('the MCP server ended');
    await expectApplied(database);
    expect(mcpServers().map(({ pid }) => pid)).not.toContain(server!.pid);
    release();
  });

  test('between two calls is replaced without a word', async () => {
    const database = await world.open();
    const [server] = mcpServers();
    process.kill(server!.pid, 'SIGKILL');
    await eventually(() => expect(isRunning(server!.pid)).toBe(false));
    await eventually(() => database.exec('select 1'));
    expect(mcpServers()).toHaveLength(1);
  });
});

describe('the start of a run', () => {
  test('puts right what lost answers and other hands left in the list of migrations', async () => {
    world.api.setClock(CLOCK);
    const database = await world.open();
    world.api.fault({ on: 'apply-migration', kind: 'lose-answer' });
    await applyTo(database, first, 'create table a ()');
    await world.sql(`insert into supabase_migrations.schema_migrations (version, name) values
      ('20261127101113', '20261127090000_first'), ('20261127101114', 'by_dashboard'), ('20261127101115', '20261127090009_not_ours')`);
    expect(await database.reconcile()).toEqual([
      `20261127090000_first: Supabase had recorded it by its clock as ${CLOCK}; its version is put right.`,
      '20261127090000_first: Supabase had recorded it a second time, as 20261127101113; that row is removed.',
    ]);
    expect(await world.listed()).toEqual([
      '20261127090000 first',
      '20261127101114 by_dashboard',
      '20261127101115 20261127090009_not_ours',
    ]);
    expect(await database.reconcile()).toEqual([]);
  });

  test('of a database that was never migrated puts nothing right and makes nothing', async () => {
    const database = await world.open();
    expect(await database.reconcile()).toEqual([]);
    expect(await world.sql(`select to_regnamespace('supabase_migrations') as there`)).toEqual([{ there: null }]);
  });
});
