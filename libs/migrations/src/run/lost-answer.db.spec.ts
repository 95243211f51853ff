import { AUTHOR, attempt } from '../../testing/engine-database';
import { engineWorld } from '../../testing/engine-world';

// So that what was committed outlives a crash.
const world = engineWorld({ config: { synchronous_commit: 'on' } });

// A file that waits at the gate is not to give up.
const limits = { lockTimeoutMs: 60_000 };

test('a connection that is cut in the midst of a file is found out about, and the file applied once', async () => {
  const database = await world.database();
  const gate = await database.gate();
  database.write({ '1_one': 'create table one (); insert into one default values; lock table gate' });
  const cut = gate.reached().then(async (pid) => {
    await database.query(`select pg_terminate_backend(${pid})`);
    await gate.open();
  });
  const { text, error } = await database.migrate({ limits });
  await cut;
  expect(error).toBeUndefined();
  expect(text).toContain('20260101000001_one: the answer was lost');
  expect(await database.query('select count(*)::int as rows from one')).toEqual([{ rows: 1 }]);
});

test('a script that arrives at the database twice is applied once', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table if not exists one (); insert into one default values' });
  const { events, error } = await database.opened((opened) =>
    attempt(
      {
        database: {
          ...opened,
          apply: async (migration, script) => {
            await opened.apply(migration, script);
            return opened.apply(migration, script);
          },
        },
        author: AUTHOR,
        shadow: undefined,
      },
      database.migrations,
    ),
  );
  expect(error).toBeUndefined();
  expect(events).toContainEqual(expect.objectContaining({ event: 'already-applied' }));
  expect(await database.query('select count(*)::int as rows from one')).toEqual([{ rows: 1 }]);
});

test('a server that crashes in the midst of a file and comes back: the file is applied once, and the run goes on', async () => {
  const database = await world.database();
  const gate = await database.gate();
  database.write({
    '1_one': 'create table one (); insert into one default values; lock table gate',
    '2_two': 'create table two ()',
  });
  // The crash ends the transaction that holds the gate too.
  const crashed = gate.reached().then(async () => {
    await world.cluster().stop('SIGQUIT');
    await world.cluster().start();
  });
  const { text, error } = await database.migrate({ limits });
  await crashed;
  expect(error).toBeUndefined();
  expect(text).toContain('20260101000001_one: the answer was lost');
  expect(await database.query('select count(*)::int as rows from one')).toEqual([{ rows: 1 }]);
  expect(await database.tables()).toEqual(['gate', 'one', 'two']);
});
