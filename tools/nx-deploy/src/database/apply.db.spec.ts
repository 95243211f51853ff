import type { DatabaseTarget, EnvironmentConfig } from '@polydev/manifest';
import { Secret } from '@polydev/manifest';
import { type PostgresCluster, startPostgres } from '@polydev/migrations/testing';
import type { Event } from '@polydev/reporting';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from './apply';

jest.setTimeout(120_000);

const [first, second] = ['20261101000001', '20261101000002'];

let postgres: PostgresCluster;
let root: string;
let database: { readonly name: string; readonly url: string };

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'polydev-apply-'));
  mkdirSync(join(root, 'migrations'));
  database = await postgres.createDatabase();
  write(first, 'create table notes (id bigint primary key);');
  write(second, 'create table tags (id bigint primary key);');
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (version: string, sql: string) =>
  writeFileSync(join(root, `migrations/${version}_change.sql`), `${sql}\n`);
const target = (): DatabaseTarget => ({
  name: 'db',
  migrations: 'migrations',
  connection: { driver: 'postgres', urlVariable: 'DATABASE_URL' },
  shadow: 'embedded',
  dependsOn: [],
  given: { DATABASE_URL: new Secret(database.url) },
});
const apply = (signal: AbortSignal, report: (event: Event) => void = () => undefined) =>
  applyMigrations({
    environment: { name: 'staging', hosts: [] } as unknown as EnvironmentConfig,
    database: target(),
    root,
    report,
    signal,
    by: 'ops@builder',
    deployment: 'd1',
  });
const applied = async () =>
  (
    await postgres.query<{ version: string }>(
      "select version from deploy_meta.migrations where state = 'applied' order by 1",
      database.name,
    )
  ).map(({ version }) => version);

test('a run that is stopped between two files keeps the first, says so, and the next goes on', async () => {
  const stop = new AbortController();
  const stopped = await apply(stop.signal, (event) => {
    if (event.kind === 'note' && event.text.includes(`${first}_change  applied`)) stop.abort();
  });
  expect(stopped).toMatchObject({
    outcome: 'half-way',
    schema: { to: first },
    error: { code: 'MIGRATIONS_INTERRUPTED' },
  });
  expect(await applied()).toEqual([first]);
  const next = await apply(new AbortController().signal);
  expect(next).toMatchObject({ outcome: 'moved', schema: { from: first, to: second } });
  expect(await applied()).toEqual([first, second]);
});

test('one that is stopped before the first has touched nothing', async () => {
  const signal = AbortSignal.abort();
  await expect(apply(signal)).rejects.toMatchObject({ code: 'MIGRATIONS_INTERRUPTED' });
  const [meta] = await postgres.query("select from pg_class where relname = 'notes'", database.name);
  expect(meta).toBeUndefined();
});

test('a database that was changed by hand is migrated, and the run fails with what differs from the shadow', async () => {
  await apply(new AbortController().signal);
  await postgres.query('alter table tags add column by_hand text', database.name);
  write('20261101000003', 'alter table tags add column if not exists by_hand text;');
  const ended = await apply(new AbortController().signal);
  expect(ended).toMatchObject({
    outcome: 'half-way',
    schema: { from: second, to: '20261101000003' },
    error: { code: 'SCHEMA_DIFFERS' },
  });
  expect(ended.error?.message).toContain('by_hand');
});

test('a statement outside of a transaction that fails may leave something, and is said so', async () => {
  write('20261101000003', 'create table twice (id bigint);');
  await apply(new AbortController().signal);
  await postgres.query('insert into twice values (1), (1)', database.name);
  write('20261101000004', '-- no-transaction\ncreate unique index concurrently twice_id on public.twice (id);');
  const told: string[] = [];
  const ended = await apply(new AbortController().signal, (event) => {
    if (event.kind === 'note') told.push(event.text);
  });
  expect(ended).toMatchObject({ outcome: 'half-way', error: { code: 'MIGRATION_FAILED' } });
  expect(ended.error?.message).not.toContain('(id)=(1)');
  expect(told).toContainEqual(expect.stringMatching(/^PostgreSQL adds: Key \(id\)=\(1\) is duplicated/));
});

test('a file that fails leaves nothing, also where the shadow let it pass', async () => {
  await apply(new AbortController().signal);
  await postgres.query('insert into notes values (1)', database.name);
  const check = "do $$ begin if exists (select from notes) then raise exception 'not empty'; end if; end $$;";
  write('20261101000003', `create table more (id bigint primary key);\n${check}`);
  const ended = await apply(new AbortController().signal);
  expect(ended).toMatchObject({
    outcome: 'failed',
    schema: { from: second, to: second },
    error: { code: 'MIGRATION_FAILED' },
  });
  expect(await applied()).toEqual([first, second]);
  expect(await postgres.query("select from pg_class where relname = 'more'", database.name)).toEqual([]);
});
