import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShadow, type Shadow } from '../shadow';
import { deltaOf, describeChanges, keyOf, readCatalogue, type Catalogue } from './index';
import { GIVEN_FOR_KINDS, KIND_CASES } from './kind-cases';

const cache = mkdtempSync(join(tmpdir(), 'polydev-kinds-'));
// As root the server runs as another user, who has to get through.
chmodSync(cache, 0o755);

let shadow: Shadow;
beforeAll(async () => {
  shadow = await openShadow({ migrations: [], env: {}, cache });
  await shadow.database.exec('create role reader');
});
beforeEach(() => shadow.database.exec(GIVEN_FOR_KINDS));
afterEach(() => shadow.database.exec('drop schema public cascade; create schema public'));
afterAll(async () => {
  await shadow.close();
  rmSync(cache, { recursive: true, force: true });
});

const changedBy = async (sql: string) => {
  const before = await readCatalogue(shadow.database);
  await shadow.database.exec(sql);
  return describeChanges(deltaOf(before, await readCatalogue(shadow.database)));
};

test.each(KIND_CASES.map((steps) => [steps[0]?.[0], steps] as const))(
  '%s is seen, changed and gone',
  async (_, steps) => {
    for (const [sql, ...lines] of steps) expect([...(await changedBy(sql))].sort()).toEqual([...lines].sort());
  },
);

test('options that may hold a password are told apart, and not read', async () => {
  await shadow.database
    .exec(`create foreign data wrapper w; create server s foreign data wrapper w options (api_key 'secret');
    create user mapping for public server s options (password 'secret')`);
  const { objects } = await readCatalogue(shadow.database);
  expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['foreign server', 'user mapping']));
  expect(JSON.stringify(objects)).not.toMatch(/secret|api_key|password/);
  await shadow.database.exec('drop foreign data wrapper w cascade');
});

test('a new table with any of it is still one line that counts its parts', async () => {
  expect(
    await changedBy(`create table u (id int primary key, note text not null);
      alter table u alter note set storage external, replica identity full`),
  ).toEqual(['+ table public.u: replica identity full; 2 columns, 1 constraint']);
});

test('what belongs to an extension or a range type is no change of its own', async () => {
  expect(await changedBy('create extension citext; create extension unaccent; create extension postgres_fdw')).toEqual([
    '+ extension citext',
    '+ extension postgres_fdw',
    '+ extension unaccent',
  ]);
  expect((await changedBy('create type r as range (subtype = int)')).filter((line) => line.includes('cast'))).toEqual(
    [],
  );
  await shadow.database.exec('drop extension citext; drop extension unaccent; drop extension postgres_fdw');
});

test('a role without rights reads the same, but for what is of the role that asks', async () => {
  for (const steps of KIND_CASES) await shadow.database.exec(steps[0]?.[0] ?? '');
  const asReader = { rows: <T>(sql: string) => shadow.database.rows<T>(`set local role reader; ${sql}`) };
  const [all, read] = [await readCatalogue(shadow.database), await readCatalogue(asReader)];
  const ofNobody = ({ objects }: Catalogue) =>
    objects.filter(({ kind }) => kind !== 'grant' && kind !== 'user mapping');
  expect(read.objects).toHaveLength(all.objects.length);
  // No two have the same kind and name.
  expect(new Set(all.objects.map(keyOf)).size).toBe(all.objects.length);
  expect(ofNobody(read)).toEqual(ofNobody(all));
  for (const steps of KIND_CASES) await shadow.database.exec(steps.at(-1)?.[0] ?? '');
});
