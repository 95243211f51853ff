import { eventually } from '@polydev/host/testing';
import { startPgBouncer, startPostgres, type PgBouncer, type PostgresCluster } from '../../../testing';
import { ALREADY_APPLIED, type Database } from '../driver';
import { openDatabase } from '../open-database';
import { failureOf, sqlStateOf } from '../sql-state';

let cluster: PostgresCluster;
let bouncer: PgBouncer;
const opened: Database[] = [];
const open = async (url: string): Promise<Database> => {
  const database = await openDatabase({ driver: 'postgres', urlVariable: 'DB' }, { env: { DB: url } });
  opened.push(database);
  return database;
};
beforeAll(async () => {
  cluster = await startPostgres();
  bouncer = await startPgBouncer(cluster);
});
afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())));
afterAll(async () => {
  await bouncer.close();
  await cluster.close();
});

const migration = { version: '20261127090000', name: 'first' };
const ways = ['directly', 'through pgbouncer in transaction mode'] as const;

describe.each(ways)('a database reached %s', (way) => {
  let name: string;
  let database: Database;
  beforeEach(async () => {
    const made = await cluster.createDatabase();
    name = made.name;
    database = await open(way === 'directly' ? made.url : bouncer.url(name));
  });
  const tables = async () =>
    (
      await cluster.query<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
        name,
      )
    ).map((row) => row.name);

  test('gives rows as JSON has them', async () => {
    const rows =
      await database.rows(`select 1::bigint as big, 2 as small, true as yes, null as none, '{a,b}'::text[] as list,
      '{"a": [1]}'::jsonb as json, 1.50::numeric as exact, '2026-11-27'::date as day, 'infinity'::timestamp as never,
      '2026-11-27 01:02:03.123456'::timestamp as at, interval '1 day' as span`);
    expect(rows).toEqual([
      {
        ...{ big: 1, small: 2, yes: true, none: null, list: ['a', 'b'], json: { a: [1] }, exact: '1.50' },
        ...{ day: '2026-11-27', never: 'infinity', at: '2026-11-27 01:02:03.123456', span: '1 day' },
      },
    ]);
  });

  test('takes several statements as one: all of them or none, and the rows of the last', async () => {
    expect(await database.rows('create table a (); select 1 as one; select 2 as two')).toEqual([{ two: 2 }]);
    await expect(database.exec('create table b (); select 1 / 0')).rejects.toMatchObject({
      code: 'DATABASE_STATEMENT_FAILED',
    });
    expect(await tables()).toEqual(['a']);
  });

  test('a statement that fails is told with its SQLSTATE and the line that it is about', async () => {
    const error: unknown = await database
      .exec('select 1;\n  select 😀, nothing from\n  nowhere where true')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'DATABASE_STATEMENT_FAILED',
      message: `${database.address} refused a statement, which was rolled back: relation "nowhere" does not exist (SQLSTATE 42P01)\n  at: nowhere where true`,
    });
    expect(sqlStateOf(error)).toBe('42P01');
  });

  test('a script is applied as a whole, or leaves nothing and says which line failed', async () => {
    expect(await database.apply(migration, 'create table a (id int);\ninsert into a values (1) -- the first')).toBe(
      'applied',
    );
    const failing = 'create table b ();\n\ninsert into a values (2, 3);\ncreate table c ()';
    const error: unknown = await database.apply(migration, failing).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringMatching(
        /^20261127090000_first failed: INSERT has more expressions than target columns \(SQLSTATE 42601\)\n {2}at: insert into a values \(2, 3\);\nAll of it was rolled back/,
      ),
    });
    expect(await tables()).toEqual(['a']);
    // Nothing of the failed transaction is left in the session that comes next.
    await database.exec('create table d ()');
    expect(await tables()).toEqual(['a', 'd']);
  });

  test('an error within a block is told with the way to it', async () => {
    const error: unknown = await database
      .apply(
        migration,
        `do $$ begin\n perform 1;\n raise exception 'no luck' using detail = 'at all', hint = 'try on'; end $$`,
      )
      .catch((thrown: unknown) => thrown);
    expect(failureOf(error)).toEqual({
      sqlState: 'P0001',
      message: 'no luck – try on',
      detail: 'at all',
      line: 'PL/pgSQL function inline_code_block line 3 at RAISE',
    });
  });

  test('a guard that says so makes it an outcome that the migration is applied already', async () => {
    const script = `create table a (); do $$ begin raise exception 'there' using errcode = '${ALREADY_APPLIED}'; end $$`;
    expect(await database.apply(migration, script)).toBe('already-applied');
    expect(await tables()).toEqual([]);
  });

  test('a statement that must not be in a transaction runs by itself', async () => {
    await database.exec('create table a (id int)');
    expect(await database.applyAlone(migration, 'create index concurrently a_id on a (id)')).toBe('applied');
    await expect(database.apply(migration, 'create index concurrently a_id2 on a (id)')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      hint: expect.stringContaining('-- no-transaction'),
    });
    await expect(database.applyAlone(migration, 'create index concurrently a_id on a (id)')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('outside of a transaction'),
    });
  });

  test('questions are answered beside a long statement', async () => {
    await database.exec('create table a ()');
    const order: string[] = [];
    const long = database
      .apply(migration, `do $$ begin while not exists (select from a) loop perform pg_sleep(0.01); end loop; end $$`)
      .then(() => order.push('long'));
    expect(await database.rows('select 1 as one')).toEqual([{ one: 1 }]);
    order.push('question');
    await database.exec('insert into a default values');
    await long;
    expect(order).toEqual(['question', 'long']);
  });

  const terminate = () =>
    eventually(async () => {
      const ended = await cluster.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where query like '%sleeper%' and pid <> pg_backend_pid()
         and datname = '${name}' and state = 'active'`,
      );
      expect(ended).toHaveLength(1);
    });

  test('a connection that ends in the midst leaves the outcome unknown, and the next call has another one', async () => {
    const outcome = database.apply(migration, 'select pg_sleep(60) as sleeper');
    await terminate();
    expect(await outcome).toBe('unknown');
    expect(database.whyUnknown()).toMatch(/terminat|closed/);
    const [error] = await Promise.all([
      database.rows('select pg_sleep(60) as sleeper').catch((thrown: unknown) => thrown),
      terminate(),
    ]);
    expect(error).toMatchObject({
      code: 'DATABASE_CONNECTION_LOST',
      message: expect.stringContaining('Whether the statement under way took effect is unknown'),
    });
    expect(sqlStateOf(error)).toBeUndefined();
    expect(await database.rows('select 1 as one')).toEqual([{ one: 1 }]);
  });
});

test('a pooler that refuses the login, or knows no such database, is understood', async () => {
  const refused = open(bouncer.url().replace(encodeURIComponent(cluster.password), 'mistaken'));
  await expect(refused).rejects.toMatchObject({ code: 'DATABASE_AUTH_FAILED' });
  await expect(open(bouncer.url('nowhere'))).rejects.toMatchObject({ code: 'DATABASE_UNKNOWN' });
});

test('a server that crashes in the midst leaves the outcome unknown; it is found again when it is back', async () => {
  const own = await startPostgres();
  const database = await open(own.url());
  const outcome = database.apply(migration, 'select pg_sleep(60) as sleeper');
  await eventually(async () => {
    expect(
      await own.query(`select from pg_stat_activity where query like '%sleeper%' and wait_event = 'PgSleep'`),
    ).toHaveLength(1);
  });
  await own.stop();
  expect(await outcome).toBe('unknown');
  await expect(database.exec('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  await own.start();
  expect(await database.rows('select 1 as one')).toEqual([{ one: 1 }]);
  await own.close();
});

test('what is only readable says so, with what to do', async () => {
  const { name, url } = await cluster.createDatabase();
  await cluster.query(`alter database ${name} set default_transaction_read_only = on`);
  const database = await open(url);
  await expect(database.exec('create table a ()')).rejects.toMatchObject({
    code: 'DATABASE_STATEMENT_FAILED',
    hint: expect.stringContaining('connect to the primary'),
  });
});
