import { AUTHOR } from '../../testing/engine-database';
import { versionOf } from '../../testing/engine-files';
import { engineWorld } from '../../testing/engine-world';
import { failureOf } from '../drivers/sql-state';

const world = engineWorld();

test('what is pending is listed, applied with its time, and the change told in lines of +, - and ~; again there is nothing to do', async () => {
  const database = await world.database();
  await database.query('create table old ()');
  database.write({
    '1_make': 'create table t (id bigint primary key, note varchar(20));',
    '2_change': '-- lint: allow drop-table: nobody used it\nalter table t alter note type text; drop table old;',
  });
  const first = await database.migrate();
  expect(first.text).toMatch(/^2 pending:\n {2}20260101000001_make\n {2}20260101000002_change\n/);
  expect(first.text).toContain(
    '20260101000002_change.sql:2  allowed  drop-table: Drops the table public.old and all that it holds.\n' +
      '  because: nobody used it',
  );
  expect(first.text).toMatch(/^20260101000001_make {2}applied in \d+ ms$/m);
  expect(first.text).toContain('+ table public.t: 2 columns, 1 constraint');
  expect(first.text).toMatch(/2 applied; the schema is at 20260101000002$/);

  database.write({
    '3_more': 'alter table t alter note set not null; alter table t add at timestamptz; create index t_at on t (at)',
  });
  const second = await database.migrate();
  expect(second.text).toContain(
    '+ column public.t.at: timestamptz\n~ column public.t.note: text → text not null\n+ index public.t_at',
  );

  const third = await database.migrate();
  expect(third.text).toBe('nothing to do: all migrations are applied, the schema is at 20260101000003');
  expect(third.result).toMatchObject({ from: versionOf(3), to: versionOf(3), applied: [], changes: [] });
});

test('the record says version, name, checksum, when, by whom, for which deployment and how long', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table t ()' });
  await database.migrate({ author: { ...AUTHOR, by: "o'brien\\@laptop" } });
  expect(
    await database.query("select *, applied_at > now() - interval '1 minute' as recent from deploy_meta.migrations"),
  ).toEqual([
    expect.objectContaining({
      version: versionOf(1),
      name: 'one',
      checksum: database.migrations()[0]?.checksum,
      state: 'applied',
      applied_by: "o'brien\\@laptop",
      deployment: '20261127T100000Z-abc1234',
      duration_ms: expect.any(Number),
      recent: true,
    }),
  ]);
});

test('a file whose second statement fails leaves nothing; those before it stay, none after it begins, and it can be corrected', async () => {
  const database = await world.database();
  database.write({
    '1_one': 'create table one ()',
    '2_two': 'create table two ();\ninsert into nowhere values (1);\ncreate table never ()',
    '3_three': 'create table three ()',
  });
  const { error } = await database.migrate();
  expect(error?.code).toBe('MIGRATION_FAILED');
  expect(error?.message).toContain('20260101000002_two failed: relation "nowhere" does not exist (SQLSTATE 42P01)');
  expect(error?.message).toContain('at: insert into nowhere values (1)');
  expect(await database.tables()).toEqual(['one']);
  expect(await database.query('select version, state from deploy_meta.migrations order by 1')).toEqual([
    { version: versionOf(1), state: 'applied' },
    { version: versionOf(2), state: 'failed' },
  ]);

  database.write({ '2_two': 'create table two ()' });
  expect((await database.migrate()).text).toContain(
    '2 applied; the schema is at 20260101000003 (it was at 20260101000001)',
  );
  expect(await database.tables()).toEqual(['one', 'three', 'two']);
});

test('an applied file that was edited stops the run before anything else, naming both checksums', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one ()' });
  await database.migrate();
  const [applied] = database.migrations();
  database.write({ '1_one': 'create table one (id int)', '2_two': 'create table two ()' });
  const [edited] = database.migrations();
  const { error } = await database.migrate();
  expect(error?.code).toBe('MIGRATIONS_DRIFTED');
  expect(error?.message).toContain(
    `applied with SHA-256 ${applied?.checksum ?? ''}, the file now has ${edited?.checksum ?? ''}`,
  );
  expect(await database.tables()).toEqual(['one']);
});

test('line ends that git changed are no drift', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one (\n  id int\n);\n' });
  await database.migrate();
  database.write({ '1_one': '\uFEFFcreate table one (\r\n  id int\r\n);\r\n' });
  expect((await database.migrate()).text).toMatch(/^nothing to do/);
});

test('a file that is older than what is applied is refused, and let in by the flag', async () => {
  const database = await world.database();
  database.write({ '2_two': 'create table two ()' });
  await database.migrate();
  database.write({ '1_late': 'create table late ()' });
  const refused = await database.migrate();
  expect(refused.error?.code).toBe('MIGRATIONS_OUT_OF_ORDER');
  expect(refused.text).toContain('20260101000001_late');
  expect(refused.text).toContain('--allow-out-of-order');
  expect(await database.tables()).toEqual(['two']);
  expect((await database.migrate({ allowOutOfOrder: true })).result?.to).toBe(versionOf(2));
  expect(await database.tables()).toEqual(['late', 'two']);
});

test('a database that is ahead of the files is said to be, and nothing is done to it', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one ()', '2_two': 'create table two ()' });
  await database.migrate();
  database.remove('2_two');
  expect((await database.migrate()).text).toBe(
    'the database is ahead of these files by 20260101000002_two\n' +
      'nothing to do: all migrations are applied, the schema is at 20260101000002',
  );
});

test('a destructive statement stops the run before anything is applied, until the file answers for it with a reason', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one ()' });
  await database.migrate();
  database.write({ '2_two': 'create table two ()', '3_drop': '\ndrop table one;' });
  const refused = await database.migrate();
  expect(refused.error?.code).toBe('MIGRATION_LINT_BLOCKS');
  expect(refused.error?.message).toContain('20260101000003_drop.sql:2: drop-table: Drops the table public.one');
  expect(await database.tables()).toEqual(['one']);
  database.write({ '3_drop': '-- lint: allow drop-table: replaced by two\ndrop table one;' });
  expect((await database.migrate()).error).toBeUndefined();
  expect(await database.tables()).toEqual(['two']);
});

test('a rewrite stops the run for a table that is really big, with its size, and not for a small one', async () => {
  const database = await world.database();
  database.write({
    '1_one': 'create table small (id int); create table big (id int); create index big_id on big (id)',
  });
  await database.migrate();
  await database.query('insert into small values (1); insert into big select generate_series(1, 150000); analyze big');
  database.write({
    '2_two': 'alter table small alter id type bigint;',
    '3_three': 'alter table big alter id type bigint',
  });
  const { error } = await database.migrate();
  expect(error?.code).toBe('MIGRATION_LINT_BLOCKS');
  expect(error?.message).toMatch(
    /^1 finding .*\n {2}20260101000003_three\.sql:1: rewrite-table: Rewrites every row of public\.big \(about 150000 rows, \d+ MB\)/,
  );
});

test.each([
  ['a byte order mark and CRLF', "\uFEFFcreate table t ();\r\ncomment on table t is 'a\r\nb';\r\n", 'a\nb'],
  ['a trailing comment without a line break', "create table t (); comment on table t is 'c' -- the end", 'c'],
  ['a dollar-quoted body', "create table t (); do $x$ begin execute $y$comment on table t is 'd;'$y$; end $x$", 'd;'],
  ['backslashes and quotes', "create table t (); comment on table t is E'it''s \\\\ \\t'", "it's \\ \t"],
])('a file with %s is applied as it reads', async (_, sql, comment) => {
  const database = await world.database();
  database.write({ '1_one': sql });
  expect((await database.migrate()).error).toBeUndefined();
  expect(await database.query("select obj_description('t'::regclass) as comment")).toEqual([{ comment }]);
});

test('what a file sets for its session ends with it', async () => {
  const database = await world.database();
  await database.query('create role limited');
  database.write({
    '1_one':
      "set search_path = ''; set session_replication_role = replica; create table public.one (); set role limited;",
    '2_two': `create table two as select current_setting('search_path') as path,
      current_setting('session_replication_role') as replication, current_user::text as me`,
  });
  try {
    expect((await database.migrate()).error).toBeUndefined();
    expect(await database.query('select * from two')).toEqual([
      { path: '"$user", public', replication: 'origin', me: 'postgres' },
    ]);
  } finally {
    await database.query('drop role limited');
  }
});

test('what a file makes for its session alone, the next one does not meet', async () => {
  const database = await world.database();
  const twice = 'create temp table notes as select 1 as id; listen news; select pg_advisory_lock(1);';
  database.write({
    '1_notes': 'create table notes (id bigint)',
    '2_temporary': twice,
    '3_more': `${twice} drop table pg_temp.notes; alter table notes add column more text`,
  });
  const { error, result } = await database.migrate({ shadow: world.shadow() });
  expect(error).toBeUndefined();
  expect(result?.differences).toEqual([]);
  expect(await database.query("select from information_schema.columns where table_schema = 'public'")).toHaveLength(2);
  expect(await database.query("select from pg_locks where locktype = 'advisory'")).toEqual([]);
});

test('a late file that failed once still needs leave', async () => {
  const database = await world.database();
  database.write({ '2_two': 'create table two ()' });
  await database.migrate();
  database.write({ '1_late': 'select 1 / count(*) from two' });
  expect((await database.migrate({ allowOutOfOrder: true })).error?.code).toBe('MIGRATION_FAILED');
  expect((await database.migrate()).error?.code).toBe('MIGRATIONS_OUT_OF_ORDER');
});

test('what PostgreSQL adds of a row is no part of the error', async () => {
  const database = await world.database();
  await database.query("create table people as select 'jane@private.example' as owner from generate_series(1, 2)");
  database.write({ '1_unique': 'create unique index on people (owner)' });
  const { error, text } = await database.migrate();
  expect(error?.code).toBe('MIGRATION_FAILED');
  expect(text).toContain('could not create unique index');
  expect(text).not.toContain('jane');
  expect(failureOf(error)?.detail).toContain('jane@private.example');
});

test('an applied file that got another name is not run again, unless its old record is forgotten', async () => {
  const database = await world.database();
  database.write({ '1_log': 'create table log (at timestamptz); insert into log values (now())', '2_two': 'select 2' });
  await database.migrate();
  database.remove('1_log');
  database.write({ '3_log': 'create table log (at timestamptz); insert into log values (now())' });
  const { error } = await database.migrate();
  expect(error?.code).toBe('MIGRATIONS_RENAMED');
  expect(error?.message).toContain('20260101000003_log reads as 20260101000001_log, which is applied and has no file');
  expect(await database.query('select from log')).toHaveLength(1);
});
