import { isOpsError } from '@polydev/errors';
import { AUTHOR, type TestDatabase } from '../../testing/engine-database';
import { versionOf } from '../../testing/engine-files';
import { engineWorld } from '../../testing/engine-world';
import { baseline } from './index';

const world = engineWorld();

const setBaseline = (database: TestDatabase, version: string) =>
  database.opened((opened) =>
    baseline({ database: opened, migrations: database.migrations(), version, author: AUTHOR, report: () => undefined })
      .then((recorded) => recorded.map((one) => one.version))
      .catch((error: unknown) => {
        if (!isOpsError(error)) throw error;
        return error;
      }),
  );

const FILES = { '1_one': 'create table one ()', '2_two': 'create table two ()', '3_three': 'create table three ()' };

test('a database that exists already: what it has is recorded without being run, and the rest is applied', async () => {
  const database = await world.database();
  await database.query('create table one (); create table two ()');
  database.write(FILES);
  expect(await setBaseline(database, versionOf(2))).toEqual([versionOf(1), versionOf(2)]);
  const { text } = await database.migrate();
  expect(text).toContain('1 pending:\n  20260101000003_three');
  expect(text).toContain('1 applied; the schema is at 20260101000003 (it was at 20260101000002)');
  expect(await database.query('select state from deploy_meta.migrations order by version')).toEqual([
    { state: 'baseline' },
    { state: 'baseline' },
    { state: 'applied' },
  ]);
});

test('the same baseline a second time records nothing', async () => {
  const database = await world.database();
  database.write(FILES);
  await setBaseline(database, versionOf(2));
  expect(await setBaseline(database, versionOf(2))).toEqual([]);
});

test('a version that no file has is refused, with those that there are', async () => {
  const database = await world.database();
  database.write(FILES);
  expect(await setBaseline(database, versionOf(4))).toMatchObject({
    code: 'BASELINE_VERSION_UNKNOWN',
    hint: expect.stringContaining(versionOf(3)),
  });
  expect(await database.query("select from pg_namespace where nspname = 'deploy_meta'")).toEqual([]);
});

test('a database with records has no use for a baseline', async () => {
  const database = await world.database();
  database.write(FILES);
  await database.migrate();
  expect(await setBaseline(database, versionOf(3))).toMatchObject({
    code: 'BASELINE_REFUSED',
    message: expect.stringContaining(`records of 3 migrations already, up to ${versionOf(3)}`),
  });
});
