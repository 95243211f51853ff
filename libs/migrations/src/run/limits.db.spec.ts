import { engineWorld } from '../../testing/engine-world';

const world = engineWorld();

test('a table that others use is waited for with a visible message, and got when they let go', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table t ()' });
  await database.migrate();
  database.write({ '2_two': 'alter table t add id int' });
  const letGo = await database.hold('lock table t');
  const { text, error } = await database.migrate({
    limits: { lockTimeoutMs: 50, lockPauseMs: 100, lockRetries: 5 },
    report: ({ event }) => {
      if (event === 'lock-busy') void letGo();
    },
  });
  expect(error).toBeUndefined();
  expect(text).toContain(
    '20260101000002_two: other transactions hold a lock that it needs (attempt 1 of 6; again in 0.1 s)',
  );
  expect(text).toContain('+ column public.t.id: integer');
});

test('a lock that is not got in any attempt ends the run, with nothing of the file left', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table t ()' });
  await database.migrate();
  database.write({ '2_two': 'create table u (); alter table t add id int' });
  const letGo = await database.hold('lock table t');
  const { error } = await database.migrate({ limits: { lockTimeoutMs: 30, lockPauseMs: 10, lockRetries: 2 } });
  await letGo();
  expect(error?.code).toBe('MIGRATION_LOCK_BUSY');
  expect(error?.message).toContain('did not get a lock within 30 ms in 3 attempts');
  expect(await database.tables()).toEqual(['t']);
});

test('a table that a view needs and that others use keeps the schema from being read only for as long', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table t (id int); create view v as select id from t' });
  await database.migrate();
  database.write({ '2_two': 'create table u ()' });
  const letGo = await database.hold('lock table t');
  const { text, error } = await database.migrate({
    limits: { lockPauseMs: 100 },
    report: ({ event }) => {
      if (event === 'schema-busy') void letGo();
    },
  });
  expect(error).toBeUndefined();
  expect(text).toContain('other transactions hold a table that is needed to read the schema (attempt 1 of 4');
  expect(text).toContain('+ table public.u');
});

test('of a file that takes long it is told that it still runs', async () => {
  const database = await world.database();
  database.write({ '1_one': 'select pg_sleep(1)' });
  const { text } = await database.migrate({ limits: { tellMs: 100 } });
  expect(text).toMatch(/^20260101000001_one {2}has been running for \d/m);
});

test('a statement that takes longer than it may is ended, and all of its file with it', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one (); select pg_sleep(60)' });
  const { error } = await database.migrate({ limits: { statementTimeoutMs: 100 } });
  expect(error).toMatchObject({ code: 'MIGRATION_FAILED', hint: expect.stringContaining('statement_timeout') });
  expect(await database.tables()).toEqual([]);
});

test('an interrupted run ends between two files, and the next one goes on', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one ()', '2_two': 'create table two ()' });
  const controller = new AbortController();
  const { error } = await database.migrate({
    signal: controller.signal,
    report: ({ event }) => {
      if (event === 'applied') controller.abort();
    },
  });
  expect(error?.code).toBe('MIGRATIONS_INTERRUPTED');
  expect(await database.tables()).toEqual(['one']);
  expect((await database.migrate()).result?.applied).toHaveLength(1);
});
