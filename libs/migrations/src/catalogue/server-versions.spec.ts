import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresCluster } from '../../testing/postgres-cluster';
import { startSupabaseWorld } from '../../testing/supabase-world';
import type { Database } from '../drivers/driver';
import { openPostgres } from '../drivers/postgres/open';
import { openShadow, type Shadow } from '../shadow';
import { compareDeltas, deltaOf, describeDifferences, readCatalogue } from './index';
import { GIVEN_FOR_KINDS, KIND_CASES } from './kind-cases';

const scratch = mkdtempSync(join(tmpdir(), 'polydev-versions-'));
// As root the server runs as another user, who has to get through.
chmodSync(scratch, 0o755);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const SQL = `
create schema app; create type app.mood as enum ('ok', 'sad'); create domain app.sha as varchar(40) check (value ~ '^[0-9a-f]+$');
create table app.users (id bigint generated always as identity primary key, mood app.mood not null default 'ok', at timestamptz(3) default now());
create table app.posts (id serial primary key, author bigint not null references app.users (id) on delete cascade, sha app.sha,
  tags text[] not null default '{}', size int check (size > 0), twice int generated always as (size * 2) stored, unique (author, sha));
create table app.log (at date not null, line text collate "C") partition by range (at);
create table app.log_2026 partition of app.log for values from ('2026-01-01') to ('2027-01-01');
create index posts_tags on app.posts using gin (tags); create unique index posts_lower on app.posts (lower(sha::text)) where size > 1;
create index log_at on app.log (at);
create view app.recent with (security_invoker = true) as select u.id, p.sha from app.users u join app.posts p on p.author = u.id;
create materialized view app.counts as select author, count(*) from app.posts group by author;
create function app.touch() returns trigger language plpgsql security definer set search_path = '' as $$ begin return new; end $$;
create function app.twice(n int default 1) returns int immutable parallel safe begin atomic select n * 2; end;
create procedure app.clean() language sql as 'delete from app.log';
create trigger touch before update of sha on app.posts for each row when (old.sha is distinct from new.sha) execute function app.touch();
alter table app.posts enable row level security;
create policy own on app.posts as restrictive for update using (author in (select u.id from app.users u)) with check (size > 0);
create role polydev_reader; grant all on app.posts to polydev_reader with grant option; grant usage on schema app to polydev_reader;
grant select (id) on app.users to polydev_reader; revoke execute on function app.touch() from public;
create extension citext; alter table app.users add name public.citext;`;

const ALTERING = `
drop view app.recent; create view app.recent as select u.id from app.users u; alter type app.mood add value 'glad'; drop index app.posts_tags;
alter table app.posts alter tags drop not null; revoke update on app.posts from polydev_reader;`;

const deltasOn = async (database: Database) => {
  const empty = await readCatalogue(database);
  await database.exec(SQL);
  const made = await readCatalogue(database);
  await database.exec(ALTERING);
  return [deltaOf(empty, made), deltaOf(made, await readCatalogue(database))] as const;
};

/** What each step of each kind's case does to a database. */
const deltasOfKinds = async (database: Database) => {
  await database.exec(`create role reader; ${GIVEN_FOR_KINDS}`);
  const deltas: ReturnType<typeof deltaOf>[] = [];
  let before = await readCatalogue(database);
  for (const [sql] of KIND_CASES.flat()) {
    await database.exec(sql);
    const after = await readCatalogue(database);
    deltas.push(deltaOf(before, after));
    before = after;
  }
  return deltas;
};

let shadow: Shadow;
let debian: PostgresCluster;
beforeEach(async () => {
  [shadow, debian] = [await openShadow({ migrations: [], env: {}, cache: scratch }), await startPostgres()];
});
afterEach(async () => {
  await debian.close();
  await shadow.close();
});

const onDebian = async <T>(user: string | undefined, work: (database: Database) => Promise<T>): Promise<T> => {
  const url = debian.url(user === undefined ? {} : { user });
  const database = await openPostgres({ driver: 'postgres', urlVariable: 'URL' }, { URL: url });
  return work(database).finally(() => database.close());
};

test('the same migrations read alike on the PostgreSQL of Debian and the one of npm', async () => {
  const [made, altered] = await deltasOn(shadow.database);
  const [madeThere, alteredThere] = await onDebian(undefined, deltasOn);
  expect(made.length).toBeGreaterThan(40);
  expect(describeDifferences(compareDeltas(made, madeThere))).toEqual([]);
  expect(altered.length).toBeGreaterThan(4);
  expect(describeDifferences(compareDeltas(altered, alteredThere))).toEqual([]);
});

test('so do all kinds of objects, also where another role makes them', async () => {
  await debian.query(`create role migrator superuser login password '${debian.password}'`);
  const deltas = await deltasOfKinds(shadow.database);
  const there = await onDebian('migrator', deltasOfKinds);
  expect(deltas.every((delta) => delta.length > 0)).toBe(true);
  expect(deltas.flatMap((delta, step) => describeDifferences(compareDeltas(delta, there[step] ?? [])))).toEqual([]);
});

test("and they read the same through Supabase's own MCP server", async () => {
  const world = await startSupabaseWorld(debian);
  try {
    const [{ database } = { database: '' }] = await world.sql<{ database: string }>(
      'select current_database() as database',
    );
    for (const sql of ['create role reader', GIVEN_FOR_KINDS, ...KIND_CASES.flatMap((steps) => steps[0]?.[0] ?? [])])
      await world.sql(sql);
    const direct = await openPostgres({ driver: 'postgres', urlVariable: 'URL' }, { URL: debian.url({ database }) });
    const read = await readCatalogue(direct).finally(() => direct.close());
    expect(await readCatalogue(await world.open())).toEqual(read);
    expect(read.objects.length).toBeGreaterThan(30);
  } finally {
    await world.close();
  }
});
