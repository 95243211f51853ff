import { blocking, lintMigrations } from './index';

/** What is refused of the files of one run, named by their place. */
const rulesOfFiles = async (...texts: readonly string[]) => {
  const files = texts.map((sql, at) => ({ file: `${at + 1}.sql`, sql, transaction: 'file' as const, allowed: [] }));
  return blocking(await lintMigrations(files, { tables: [] }, { program: undefined })).map(
    ({ file, rule }) => `${file} ${rule}`,
  );
};

test.each([
  ['create temp table small as select 1; drop table public.small', ['drop-table']],
  ['create temp table small as select 1; truncate public.small', ['truncate']],
  ['create temp table small as select 1; drop table small; drop table small', ['drop-table']],
  ['create temp table small as select 1; savepoint a; rollback to a; drop table small', ['drop-table']],
  ['create temp table small as select 1; drop table pg_temp.small', []],
  ['create temporary table small as select 1; truncate small; drop table small', []],
  [
    'create table t (a int); create temp table t (a int); drop table t; drop table t; drop table public.t',
    ['drop-table'],
  ],
  ['set search_path = app; create table small (a int); drop table public.small', ['drop-table']],
  ['create table app.t (a int); set search_path = app; drop table t', ['drop-table']],
  ["create table t (a int); select set_config('search_path', 'app', true); drop table t", ['drop-table']],
  ['set local search_path to app; create table t (a int); alter table t drop column a; drop table t', []],
  ['create schema a; alter table small set schema a; drop schema a cascade', ['rename', 'drop-schema']],
  ['create table t (a int); drop table t; alter table small rename to t; drop table t', ['rename', 'drop-table']],
  [
    'create table t (a int) partition by list (a); alter table t attach partition small default; drop table t',
    ['drop-table'],
  ],
  ['create table t (a int); truncate t cascade', ['truncate']],
])('what is made excuses only itself: %s', async (sql, rules) => {
  expect(await rulesOfFiles(sql)).toEqual(rules.map((rule) => `1.sql ${rule}`));
});

test('of a table that an earlier file of the run makes nothing is refused, until it is dropped', async () => {
  const make = 'create table public.fresh (id int, a int);';
  expect(await rulesOfFiles(make, 'alter table public.fresh drop column a;', 'drop table fresh;')).toEqual([]);
  expect(await rulesOfFiles(make, 'drop table fresh;', 'drop table fresh;')).toEqual(['3.sql drop-table']);
  expect(await rulesOfFiles('alter table public.fresh drop column a;', make)).toEqual(['1.sql drop-column']);
});

test('temporary tables and the search path end with their file', async () => {
  expect(await rulesOfFiles('create temp table small as select 1', 'drop table small')).toEqual(['2.sql drop-table']);
  expect(await rulesOfFiles('set search_path = app', 'create table t (a int); drop table public.t')).toEqual([]);
});
