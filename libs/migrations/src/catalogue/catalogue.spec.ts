import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShadow, type Shadow } from '../shadow';
import { compareDeltas, deltaOf, describeChanges, describeDifferences, readCatalogue } from './index';

const cache = mkdtempSync(join(tmpdir(), 'polydev-catalogue-'));
// As root the server runs as another user, who has to get through.
chmodSync(cache, 0o755);

let shadow: Shadow;
beforeAll(async () => {
  shadow = await openShadow({ migrations: [], env: {}, cache });
  await shadow.database.exec('create role reader');
});
afterEach(() =>
  shadow.database.exec('drop schema public cascade; create schema public; drop schema if exists app cascade'),
);
afterAll(async () => {
  await shadow.close();
  rmSync(cache, { recursive: true, force: true });
});

const changedBy = async (sql: string, given = 'select 1') => {
  await shadow.database.exec(given);
  const before = await readCatalogue(shadow.database);
  await shadow.database.exec(sql);
  return deltaOf(before, await readCatalogue(shadow.database));
};
const GIVEN = 'create table t (id bigint primary key, sha text, at timestamptz default now())';

test('a new table is one line that counts its parts', async () => {
  const changes = await changedBy(`${GIVEN}; create index t_sha on t (sha); alter table t enable row level security;
    create policy mine on t for select to reader using (true);`);
  expect(describeChanges(changes)).toEqual([
    '+ table public.t: 3 columns, 1 constraint, 1 policy',
    '+ index public.t_sha: on public.t USING btree (sha)',
    '+ row security public.t: enabled',
  ]);
});

test.each([
  ['alter table t alter sha type varchar(40)', '~ column public.t.sha: text → varchar(40)'],
  ['alter table t alter sha set not null', '~ column public.t.sha: text → text not null'],
  ['alter table t alter at drop default', '~ column public.t.at: timestamptz default now() → timestamptz'],
  ['alter table t drop column sha', '- column public.t.sha'],
  ['drop table t', '- table public.t: 3 columns, 1 constraint'],
  ['create schema app', '+ schema app'],
  ["create type mood as enum ('ok', 'sad')", "+ enum public.mood: 'ok', 'sad'"],
  ['create domain d as int check (value > 0)', '+ domain public.d: integer CHECK ((VALUE > 0))'],
  ['alter table t add constraint c check (id > 0) not valid', '+ constraint public.t.c: CHECK ((id > 0)) NOT VALID'],
  ['create view v as select id, sha from t', '+ view public.v: id bigint, sha text'],
  ['create materialized view m as select id from t', '+ materialized view public.m: id bigint'],
  ['create sequence s', '+ sequence public.s: bigint start 1 increment 1 from 1 to 9223372036854775807'],
  [
    'create function f(int) returns int language sql stable as $$ select $1 $$',
    '+ function public.f(integer): returns integer language sql stable',
  ],
  ['grant select, insert on t to reader', '+ grant table public.t to reader: INSERT, SELECT'],
  ['grant select (sha) on t to reader', '+ grant column public.t.sha to reader: SELECT'],
  ['alter table t force row level security', '+ row security public.t: enabled, forced'],
  ['create publication p for table t', '+ publication p'],
  [
    'alter table t alter id add generated always as identity',
    '~ column public.t.id: bigint not null → bigint not null generated always as identity',
  ],
])('%s reads as %s', async (sql, line) => {
  expect(describeChanges(await changedBy(sql, GIVEN))).toContain(line);
  await shadow.database.exec('drop publication if exists p');
});

test('a new body of a function or view is a change, although its head is the same', async () => {
  const given = `${GIVEN}; create view v as select id from t; create function f() returns int language sql as 'select 1'`;
  const sql = `create or replace view v as select id from t where id > 1; create or replace function f() returns int language sql as 'select 2'`;
  expect(describeChanges(await changedBy(sql, given))).toEqual([
    '~ view public.v: new definition',
    '~ function public.f(): new definition',
  ]);
});

test('a right that everybody has and that is taken away is a change', async () => {
  const given = 'create function f() returns int language sql as $$ select 1 $$';
  expect(describeChanges(await changedBy('revoke execute on function f() from public', given))).toEqual([
    '+ grant function public.f() to public: revoked: EXECUTE',
  ]);
});

test('what an extension brings and what is ours is no change of its own', async () => {
  const changes = await changedBy(
    'create extension citext; create schema deploy_meta; create table deploy_meta.x (id int)',
  );
  expect(describeChanges(changes)).toEqual(['+ extension citext']);
  await shadow.database.exec('drop extension citext; drop schema deploy_meta cascade');
});

test('deltas that differ name the object and both sides', async () => {
  const expected = await changedBy(`alter table t add x int; alter table t drop sha; create index i on t (at)`, GIVEN);
  await shadow.database.exec('drop table t');
  const found = await changedBy(`alter table t add x bigint; create index i on t (at)`, GIVEN);
  expect(describeDifferences(compareDeltas(expected, found))).toEqual([
    'column public.t.sha: on the shadow removed; on the real database unchanged',
    'column public.t.x: on the shadow added: integer; on the real database added: bigint',
  ]);
  expect(compareDeltas(expected, expected)).toEqual([]);
  expect(compareDeltas(expected, found, ['column public.t.sha', 'column public.t.x'])).toEqual([]);
});
