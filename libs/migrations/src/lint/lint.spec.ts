import { blocking, describeFinding, lintMigrations, type LintFacts } from './index';

const COLUMNS = {
  id: 'bigint',
  sha: 'text',
  note: 'character varying(40)',
  cost: 'numeric(10,2)',
  at: 'timestamp with time zone',
};
const FACTS: LintFacts = {
  tables: [
    { name: 'public.small', rows: 12, bytes: 16_384, columns: COLUMNS },
    { name: 'public.big', rows: 4_000_000, bytes: 900 * 1024 * 1024, columns: COLUMNS },
  ],
};
const OWN_RULES_ONLY = { program: undefined };

const lint = (sql: string, allowed: readonly { rule: string; reason: string }[] = []) =>
  lintMigrations([{ file: 'a.sql', sql, transaction: 'file', allowed }], FACTS, OWN_RULES_ONLY);
const rulesOf = async (sql: string) => blocking(await lint(sql)).map(({ rule }) => rule);

test.each([
  ['drop table small', ['drop-table']],
  ['drop table if exists small, "public"."Odd" cascade', ['drop-table', 'drop-table']],
  ['drop schema app cascade', ['drop-schema']],
  ['drop function f() cascade', ['drop-cascade']],
  ['alter table small drop column sha', ['drop-column']],
  ['alter table only small drop if exists sha, add column x int', ['drop-column']],
  ['truncate table small, big', ['truncate', 'truncate']],
  ['delete from small', ['delete-without-where']],
  ["update small set sha = 'where'", ['update-without-where']],
  ['alter table small rename to tiny', ['rename']],
  ['alter table small rename sha to commit', ['rename']],
  ['alter table small add column x int not null', ['not-null-without-default']],
  [
    'alter table small add x int not null, add y uuid primary key',
    ['not-null-without-default', 'not-null-without-default'],
  ],
  ['alter table small alter column sha type varchar(40)', ['narrow-type']],
  ['alter table small alter note set data type varchar(20) using left(note, 20)', ['narrow-type']],
  ['alter table small alter cost type numeric(10, 1)', ['narrow-type']],
  ['alter table small alter id type int', ['narrow-type']],
  ['alter table big alter at type timestamp', ['narrow-type', 'rewrite-table']],
  ['alter table big add column x uuid default gen_random_uuid()', ['rewrite-table']],
  ['alter table big add column x int generated always as (id * 2) stored', ['rewrite-table']],
  ['alter table big set unlogged', ['rewrite-table']],
  ['vacuum full big', ['rewrite-table']],
  ['-- harmless\rdrop table small', ['drop-table']],
  ['create function f() returns int begin atomic select 1 as case; end; drop table small', ['drop-table']],
  ['with gone as (delete from small returning id) select count(*) from gone', ['delete-without-where']],
  ['with one as (select 1) delete from small', ['delete-without-where']],
  ['insert into log with old as (update small set sha = 1 returning id) select * from old', ['update-without-where']],
  ['create table log as with gone as (delete from small returning id) select * from gone', ['delete-without-where']],
  ['copy (delete from small returning id) to stdout', ['delete-without-where']],
  ['merge into small s using big b on s.id = b.id when matched then delete', ['delete-without-where']],
  ['merge into small s using big b on s.id = b.id when not matched by source then delete', ['delete-without-where']],
  ["update small set sha = (select 'a' where true)", ['update-without-where']],
  ['delete from small using (select 1 where true) x', ['delete-without-where']],
  ['delete from small returning id as where', ['delete-without-where']],
  ['prepare p as delete from small', ['delete-without-where']],
  ['explain analyze delete from small', ['delete-without-where']],
  ['explain (analyze, verbose) update only small set id = 1', ['update-without-where']],
  ['truncate only small, only big', ['truncate', 'truncate']],
  ['alter schema app rename to old', ['rename']],
  ['alter view v rename column a to b', ['rename']],
  ['alter view if exists v rename to w', ['rename']],
  ["alter type t rename value 'a' to 'b'", ['rename']],
  ['alter type t rename attribute a to b', ['rename']],
  ['alter type t drop attribute if exists a', ['drop-attribute']],
  ['alter foreign table f drop column a', ['drop-column']],
  ['alter materialized view v rename to w', ['rename']],
  ['alter table small drop constraint c cascade', ['drop-cascade']],
])('%s is blocked', async (sql, rules) => {
  expect(await rulesOf(sql)).toEqual(rules);
});

test.each([
  'create table t (id bigint); alter table t add column x int not null; drop table t',
  'drop index concurrently i',
  'drop view v',
  'alter table small drop constraint c',
  'alter table small rename constraint a to b',
  'alter table small alter column note type text',
  'alter table small alter column note type varchar(80)',
  'alter table small alter cost type numeric(12, 2)',
  'alter table small alter at type timestamptz',
  'alter table small add column x int not null default 0',
  'alter table big add column x timestamptz not null default now()',
  'alter table big add column "not null" text',
  "alter table small add constraint c check (sha <> 'drop table')",
  'alter table small add column x uuid default gen_random_uuid()',
  "delete from small where id = 1; update small set sha = '' where id = 1",
  'create function f() returns void language sql as $$ delete from small $$',
  'insert into small (id) values (1) on conflict (id) do update set sha = excluded.sha',
  'with old as (select id from big where id < 9) delete from small using old where small.id = old.id',
  'with gone as (delete from small where id = 1 returning id) select * from gone',
  'merge into small s using big b on s.id = b.id when matched and b.id > 9 then delete',
  "merge into small s using big b on s.id = b.id when matched then update set sha = 'a' when not matched then do nothing",
  'create trigger c before update or delete on small for each row execute function f()',
  'create table t (id int references small on delete cascade on update cascade)',
  'create rule r as on delete to v do instead (delete from small; update small set id = 1)',
  'select id as delete from small for update',
  "alter type t add value 'c'",
  'alter table fresh add constraint c check (true); alter table small drop constraint c restrict',
  'create type t as (a int, b int); alter type t drop attribute a; alter type t rename to u; drop type u',
  'create schema app; create table app.t (a int); alter table app.t drop column a; drop table app.t; drop schema app',
])('%s is let through', async (sql) => {
  expect(await rulesOf(sql)).toEqual([]);
});

test('a table that the file only makes where it is missing may hold something', async () => {
  expect(await rulesOf('create table if not exists small (id bigint); drop table small')).toEqual(['drop-table']);
});

test('a file that answers for a rule is let through, and its reason is shown', async () => {
  const sql = '-- comment\n\ndrop table small;\nalter table small drop column sha;';
  const found = await lint(sql, [{ rule: 'drop-table', reason: 'archived in November' }]);
  expect(blocking(found).map(({ rule, line }) => `${line} ${rule}`)).toEqual(['4 drop-column']);
  expect(describeFinding(found.findings[0]!)).toEqual([
    'a.sql:3  allowed  drop-table: Drops the table public.small and all that it holds.',
    '  because: archived in November',
  ]);
});

test('without a program of squawk the rules of our own are applied, and that is said', async () => {
  const { findings, notes } = await lint('drop table small');
  expect(findings).toHaveLength(1);
  expect(notes).toEqual([expect.stringContaining('only the rules of our own')]);
});

test('squawk warns of a lock on a small table, and blocks it on a big one', async () => {
  const sql = '\ncreate index i on small (sha);\ncreate index j\n  on big (sha);\ncreate table t (at timestamp);\n';
  const { findings, notes } = await lintMigrations([{ file: 'a.sql', sql, transaction: 'file', allowed: [] }], FACTS);
  expect(notes).toEqual([]);
  expect(findings.map(({ level, line, rule }) => `${level} ${line} ${rule}`)).toEqual([
    'warns 2 require-concurrent-index-creation',
    'blocks 3 require-concurrent-index-creation',
    'warns 5 prefer-timestamp-tz',
  ]);
});

test('of many files each gets its own findings, by the rules for its kind', async () => {
  const migrations = [
    { file: 'a.sql', sql: 'select 1', transaction: 'file' },
    { file: 'b.sql', sql: 'create index i on small (sha)', transaction: 'none' },
    { file: 'c.sql', sql: 'create index concurrently i on small (sha)', transaction: 'none' },
    {
      file: 'd.sql',
      sql: '\nalter table small add constraint c check (true) not valid;\nalter table small validate constraint c',
      transaction: 'file',
    },
  ] as const;
  const { findings } = await lintMigrations(
    migrations.map((one) => ({ ...one, allowed: [] })),
    FACTS,
  );
  expect(findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`)).toEqual([
    'b.sql:1 require-concurrent-index-creation',
    'd.sql:3 constraint-missing-not-valid',
  ]);
});
