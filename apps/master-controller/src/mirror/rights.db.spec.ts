import { Client } from 'pg';
import {
  makeHistoryDatabase,
  startPostgres,
  type HistoryDatabase,
  type PostgresCluster,
} from '../../testing/history-database';
import { idAt, recordAt } from '../../testing/host-files';
import { writeDeployment } from './write-deployment';

/** What the role of the service may do in the database of apps/database, asked by real statements as that role. */
let cluster: PostgresCluster;
let database: HistoryDatabase;
let client: Client;

beforeAll(async () => {
  cluster = await startPostgres();
  database = await makeHistoryDatabase(cluster);
  client = new Client({ connectionString: database.url });
  await client.connect();
  await writeDeployment(client, recordAt(10));
  await writeDeployment(client, recordAt(20, { outcome: 'running' }));
  await client.query(`insert into public.releases values ('production', 'frontend', 'app-1', 'r1', 's', 'd')`);
  await client.query(`insert into public.targets values ('production', 'frontend', 'app-1', '/opt/frontend')`);
}, 60_000);
afterAll(async () => {
  await client.end();
  await cluster.close();
});

const TABLES = ['deployments', 'deployment_results', 'targets', 'releases'];
/** SQLSTATE of what was refused; else how many rows it changed. */
const outcomeOf = async (sql: string, as = client): Promise<string | number | null> => {
  try {
    return (await as.query(sql)).rowCount;
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const FORBIDDEN = '42501';

test('the role is an ordinary one, and row-level security holds for it in every table', async () => {
  expect(
    await database.look(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = 'master_controller'`,
    ),
  ).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false }]);
  const tables = await database.look<{ name: string; secured: boolean; own: boolean }>(
    `select relname as name, relrowsecurity as secured, pg_get_userbyid(relowner) = 'master_controller' as own
     from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
  );
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(TABLES));
  expect(tables.filter(({ secured, own }) => !secured || own)).toEqual([]);
});

test.each(TABLES)('it can neither remove nor empty nor change the shape of %s', async (table) => {
  expect(await outcomeOf(`delete from public.${table}`)).toBe(FORBIDDEN);
  expect(await outcomeOf(`truncate public.${table} cascade`)).toBe(FORBIDDEN);
  expect(await outcomeOf(`alter table public.${table} disable row level security`)).toBe(FORBIDDEN);
  expect(await outcomeOf(`drop table public.${table} cascade`)).toBe(FORBIDDEN);
  expect(Number(await outcomeOf(`select from public.${table}`))).toBeGreaterThan(0);
});

test('it makes nothing of its own in the schema', async () => {
  expect(await outcomeOf('create table public.mine (a int)')).toBe(FORBIDDEN);
});

test('of a deployment that has ended nothing changes, of one that runs only how it goes', async () => {
  const update = (what: string, id: string) => outcomeOf(`update public.deployments set ${what} where id = '${id}'`);
  expect(await update(`outcome = 'stuck'`, idAt(10))).toBe(0);
  expect(await update(`sha = 'another'`, idAt(20))).toBe(FORBIDDEN);
  expect(await update(`outcome = 'stuck'`, idAt(20))).toBe(1);
  expect(await update(`outcome = 'running'`, idAt(20))).toBe(1);
  const result = (id: string) =>
    outcomeOf(`update public.deployment_results set outcome = 'stuck' where deployment_id = '${id}'`);
  expect(await result(idAt(10))).toBe(0);
  expect(await result(idAt(20))).toBe(1);
  expect(await database.look(`select id, outcome from public.deployments order by id`)).toEqual([
    { id: idAt(10), outcome: 'succeeded' },
    { id: idAt(20), outcome: 'running' },
  ]);
});

test('what a release is made of does not change; whether it is still there does', async () => {
  expect(await outcomeOf(`update public.releases set digest = 'another'`)).toBe(FORBIDDEN);
  expect(await outcomeOf(`update public.releases set gone_at = now()`)).toBe(1);
});

test('a role that was given every right to the tables, as Supabase gives its own, sees and writes no row', async () => {
  await cluster.query(`create role anon login password 'x'`);
  await cluster.query('grant all on all tables in schema public to anon', database.name);
  const anon = new Client({ connectionString: cluster.url({ database: database.name, user: 'anon', password: 'x' }) });
  await anon.connect();
  for (const table of TABLES) {
    expect(await outcomeOf(`select from public.${table}`, anon)).toBe(0);
    expect(await outcomeOf(`delete from public.${table}`, anon)).toBe(0);
  }
  const insert = `insert into public.releases values ('production', 'frontend', 'app-1', 'r9', 's', 'd')`;
  expect(await outcomeOf(insert, anon)).toBe(FORBIDDEN);
  await anon.end();
});

test('migrations that find the role there leave it as it is', async () => {
  const again = await makeHistoryDatabase(cluster);
  const other = new Client({ connectionString: again.url });
  await other.connect();
  await writeDeployment(other, recordAt(10));
  expect(await outcomeOf('select from public.deployments', other)).toBe(1);
  await other.end();
});
