import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deltaOf, describeChanges, readCatalogue } from '../catalogue';
import { memoryDirectory } from './memory-directory';
import { openShadow, shadowCannotJudge, type Shadow } from './index';

const urlVariable = 'SHADOW_DATABASE_URL';

const cache = mkdtempSync(join(tmpdir(), 'polydev-shadow-'));
// As root the server runs as another user, who has to get through.
chmodSync(cache, 0o755);
const opened: Shadow[] = [];
const shadowFor = async (...sql: readonly string[]): Promise<Shadow> => {
  const shadow = await openShadow({ migrations: sql.map((one) => ({ sql: one })), env: {}, cache });
  opened.push(shadow);
  return shadow;
};

afterEach(() => Promise.all(opened.splice(0).map(({ close }) => close())));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

test('three shadows opened at once, the first time on this machine, are three databases that know nothing of each other', async () => {
  const shadows = await Promise.all([shadowFor(), shadowFor(), shadowFor()]);
  for (const { database } of shadows) await database.exec('create table t (id bigint)');
  expect(readdirSync(cache).filter((name) => name.startsWith('template'))).toHaveLength(1);
  expect(readdirSync(join(cache, 'running'))).toHaveLength(3);
});

test('a closed shadow leaves nothing but the template', async () => {
  await (await openShadow({ migrations: [], env: {}, cache })).close();
  expect(readdirSync(join(cache, 'running'))).toEqual([]);
});

test('what Supabase puts into a project is there for migrations that mention it', async () => {
  const sql = `
create table public.notes (id uuid primary key default gen_random_uuid(), owner uuid not null references auth.users (id));
alter table public.notes enable row level security;
create policy own on public.notes for select to authenticated using (auth.uid() = owner);`;
  const { database } = await shadowFor(sql);
  const before = await readCatalogue(database);
  await database.exec(sql);
  expect(describeChanges(deltaOf(before, await readCatalogue(database)))).toEqual([
    '+ table public.notes: 2 columns, 2 constraints, 1 policy',
    '+ row security public.notes: enabled',
    expect.stringMatching(/^\+ grant table public\.notes to anon: DELETE, INSERT, /),
    expect.stringMatching(/^\+ grant table public\.notes to authenticated: /),
    expect.stringMatching(/^\+ grant table public\.notes to service_role: /),
  ]);
});

test('an extension that the shadow has not got is named, and what leans on it is told from a mistake', async () => {
  const sql = 'create extension if not exists postgis; create extension "uuid-ossp";';
  const shadow = await shadowFor(sql);
  expect(shadow.notHeld).toEqual(['extension postgis']);
  await shadow.database.exec(sql);
  const lacking = await shadow.database.exec('create table t (g geometry)').catch((error: unknown) => error);
  expect(shadowCannotJudge(lacking, shadow)).toEqual(['extension postgis']);
  const mistaken = await shadow.database.exec('create tabel t ()').catch((error: unknown) => error);
  expect(shadowCannotJudge(mistaken, shadow)).toEqual([]);
});

test('a named database that holds something is refused, and left as it is', async () => {
  const { database } = await shadowFor();
  await database.exec('create table precious (id bigint)');
  const url = urlOf(database.address);
  await expect(openShadow({ migrations: [], urlVariable, env: { [urlVariable]: url } })).rejects.toMatchObject({
    code: 'SHADOW_NOT_EMPTY',
    message: expect.stringContaining('table public.precious'),
  });
  await database.exec('select from precious');
});

test('a named database whose name ends in _shadow is emptied first', async () => {
  const { database } = await shadowFor();
  await database.exec('create database app_shadow');
  const env = { [urlVariable]: urlOf(database.address).replace('/postgres?', '/app_shadow?') };
  const first = await openShadow({ migrations: [], urlVariable, env });
  await first.database.exec('create extension citext; create schema deploy_meta; create table t (c citext)');
  await first.close();
  const second = await openShadow({ migrations: [], urlVariable, env });
  opened.push(second);
  expect((await readCatalogue(second.database)).objects.filter(({ kind }) => kind === 'table')).toEqual([]);
});

test('the real database is not taken for its own shadow', async () => {
  const { database } = await shadowFor();
  const env = { [urlVariable]: urlOf(database.address) };
  await expect(openShadow({ migrations: [], urlVariable, env, realAddress: database.address })).rejects.toMatchObject({
    code: 'SHADOW_IS_REAL',
  });
});

/** The socket's directory of the one shadow that is open. */
const urlOf = (address: string): string => {
  expect(address).toContain('postgres');
  const [name = ''] = readdirSync(join(cache, 'running'));
  return `postgres://postgres@/postgres?host=${encodeURIComponent(join(cache, 'running', name))}`;
};

test('what a killed process left behind is ended and removed by the next one', async () => {
  const { database } = await shadowFor();
  const running = join(cache, 'running');
  const [own = ''] = readdirSync(running);
  // No process ever had the number 1 from such a moment on.
  const left = '1.1.0000abcd';
  cpSync(join(running, own), join(running, left), { recursive: true, filter: (path) => !path.includes('.s.PGSQL') });
  await shadowFor();
  expect(readdirSync(running)).not.toContain(left);
  await database.exec('select 1');
});

test('a shadow runs in memory where there is room, in a directory that nobody else could have put there', () => {
  const memory = mkdtempSync(join(cache, 'memory-'));
  const own = `polydev-shadows-${process.getuid?.() ?? 0}`;
  expect(memoryDirectory(memory)).toBe(join(memory, own));
  expect(memoryDirectory(memory)).toBe(join(memory, own));
  chmodSync(join(memory, own), 0o777);
  expect(memoryDirectory(memory)).toBeUndefined();
  rmSync(join(memory, own), { recursive: true });
  symlinkSync(cache, join(memory, own));
  expect(memoryDirectory(memory)).toBeUndefined();
  expect(memoryDirectory(join(cache, 'none'))).toBeUndefined();
});
