import { versionOf } from '../../testing/engine-files';
import type { TestDatabase } from '../../testing/engine-database';
import { engineWorld } from '../../testing/engine-world';

const world = engineWorld();

const INDEX = '-- no-transaction\ncreate index concurrently t_id on t (id);';
const withTable = async () => {
  const database = await world.database();
  database.write({ '1_table': 'create table t (id int); insert into t select generate_series(1, 100)' });
  await database.migrate();
  return database;
};
const indexesOf = (database: TestDatabase) =>
  database.query(
    "select indexrelid::regclass::text as name, indisvalid as valid from pg_index where indrelid = 't'::regclass",
  );
const stateOf = async (database: TestDatabase, number: number) =>
  (
    await database.query<{ state: string }>(
      `select state from deploy_meta.migrations where version = '${versionOf(number)}'`,
    )
  )[0]?.state;
/** A record as a run leaves it that was killed while its statement ran. */
const leaveRunning = (database: TestDatabase, number: number) => {
  const [migration] = database.migrations().filter(({ version }) => version === versionOf(number));
  return database.query(
    `insert into deploy_meta.migrations values ('${versionOf(number)}', '${migration?.name ?? ''}', '${migration?.checksum ?? ''}', 'running', now(), 'bob@ci')`,
  );
};
/** As a build leaves it that was ended half-way. */
const breakIndex = (database: TestDatabase) =>
  database.query(
    "create index t_id on t (id); update pg_index set indisvalid = false where indexrelid = 't_id'::regclass",
  );

test('an index is built concurrently by a file of its own', async () => {
  const database = await withTable();
  database.write({ '2_index': INDEX });
  const { text } = await database.migrate();
  expect(text).toContain('+ index public.t_id: on public.t USING btree (id)');
  expect(await indexesOf(database)).toEqual([{ name: 't_id', valid: true }]);
  expect(await stateOf(database, 2)).toBe('applied');
});

test('without the comment the file says how to do it', async () => {
  const database = await withTable();
  database.write({ '2_index': 'create index concurrently t_id on t (id)' });
  expect((await database.migrate()).error).toMatchObject({
    code: 'MIGRATION_FAILED',
    hint: expect.stringContaining('-- no-transaction'),
  });
});

test('a build that fails is recorded as failed; the invalid index it left is dropped and built anew when that is mended', async () => {
  const database = await withTable();
  await database.query('insert into t values (1)');
  database.write({ '2_index': '-- no-transaction\ncreate unique index concurrently if not exists t_id on t (id)' });
  expect((await database.migrate()).error?.code).toBe('MIGRATION_FAILED');
  expect(await stateOf(database, 2)).toBe('failed');
  expect(await indexesOf(database)).toEqual([{ name: 't_id', valid: false }]);
  await database.query('delete from t where id = 1');
  const { text } = await database.migrate();
  expect(text).toContain(
    '20260101000002_index: dropped the invalid index public.t_id that an interrupted build had left',
  );
  expect(await indexesOf(database)).toEqual([{ name: 't_id', valid: true }]);
});

test('an index that a killed run left invalid is built anew', async () => {
  const database = await withTable();
  database.write({ '2_index': INDEX });
  await breakIndex(database);
  await leaveRunning(database, 2);
  expect((await database.migrate()).text).toContain('dropped the invalid index public.t_id');
  expect(await indexesOf(database)).toEqual([{ name: 't_id', valid: true }]);
});

test('an index that was finished after its run had been killed is recorded, not built again', async () => {
  const database = await withTable();
  database.write({ '2_index': INDEX });
  await database.query('create index t_id on t (id)');
  const [before] = await database.query<{ oid: number }>("select 't_id'::regclass::oid as oid");
  await leaveRunning(database, 2);
  expect((await database.migrate()).text).toContain(
    '20260101000002_index: had taken effect before its run ended; recorded',
  );
  expect(await database.query("select 't_id'::regclass::oid as oid")).toEqual([before]);
});

test('an index of that name that somebody made by hand is not touched, and named', async () => {
  const database = await withTable();
  database.write({ '2_index': INDEX });
  await database.query('create index t_id on t ((id + 1))');
  const { error } = await database.migrate();
  expect(error?.code).toBe('MIGRATION_INDEX_EXISTS');
  expect(error?.message).toContain('20260101000002_index builds the index t_id on t, which exists already');
});

test('an invalid index of another name stays', async () => {
  const database = await withTable();
  await breakIndex(database);
  database.write({ '2_index': '-- no-transaction\ncreate index concurrently t_other on t (id);' });
  expect((await database.migrate()).error).toBeUndefined();
  expect(await indexesOf(database)).toEqual(
    expect.arrayContaining([
      { name: 't_id', valid: false },
      { name: 't_other', valid: true },
    ]),
  );
});

test('a build that is cut off is found out about, cleared away and done again', async () => {
  const database = await withTable();
  database.write({ '2_index': INDEX });
  // The build waits for this transaction to end, once it has entered the index, so that there is time to cut it off.
  const letGo = await database.hold('insert into t values (0)');
  const cut = (async () => {
    for (;;) {
      const rows = await database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '/* deploy_meta %' and datname = current_database() and state = 'active' and to_regclass('t_id') is not null",
      );
      if (rows.length > 0) return letGo();
    }
  })();
  const { text, error } = await database.migrate();
  await cut;
  expect(error).toBeUndefined();
  expect(text).toContain('the answer was lost');
  expect(text).toContain('dropped the invalid index public.t_id');
  expect(await indexesOf(database)).toEqual([{ name: 't_id', valid: true }]);
});

test('a dropped index is recorded if it is gone', async () => {
  const database = await withTable();
  database.write({ '2_drop': '-- no-transaction\ndrop index concurrently public.t_id' });
  await leaveRunning(database, 2);
  expect((await database.migrate()).text).toContain('20260101000002_drop: had taken effect');
});

test('a statement that tells nothing about its end is left to a person, who can say how it went', async () => {
  const database = await withTable();
  database.write({ '2_data': '-- no-transaction\ndo $$ begin update t set id = id + 1 where id > 0; commit; end $$' });
  await leaveRunning(database, 2);
  const { error } = await database.migrate();
  expect(error?.code).toBe('MIGRATION_UNFINISHED');
  expect(error?.message).toMatch(/20260101000002_data: begun by bob@ci at \d{4}-/);
  expect(error?.hint).toContain('--repair');
});

test('maintenance that was interrupted is run again', async () => {
  const database = await withTable();
  database.write({ '2_vacuum': '-- no-transaction\nvacuum t' });
  await leaveRunning(database, 2);
  expect((await database.migrate()).text).toMatch(/20260101000002_vacuum {2}applied in/);
});
