import { databaseStatusSchema } from '@polydev/contract';
import type { TestDatabase } from '../../testing/engine-database';
import { versionOf } from '../../testing/engine-files';
import { engineWorld } from '../../testing/engine-world';
import { databaseStatus } from './index';

const world = engineWorld();

const statusOf = (database: TestDatabase) =>
  database.opened((opened) =>
    databaseStatus({ database: opened, migrations: database.migrations(), target: 'database', environment: 'sandbox' }),
  );

test('a database that was never migrated has everything pending, and is not touched', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one ()' });
  const status = await statusOf(database);
  expect(status).toMatchObject({
    target: 'database',
    environment: 'sandbox',
    driver: 'postgres',
    migrations: [{ state: 'pending' }],
  });
  expect(status.schemaVersion).toBeUndefined();
  expect(status.address).not.toContain(encodeURIComponent(world.cluster().password));
  expect(await database.query("select from pg_namespace where nspname = 'deploy_meta'")).toEqual([]);
});

test('applied, pending, drifted, failed, missing and baseline are told apart, with when, by whom and for which deployment', async () => {
  const database = await world.database();
  database.write({ '1_one': 'select 1', '2_two': 'select 2', '3_three': 'select 3' });
  await database.migrate();
  database.write({ '4_four': 'select nothing' });
  await database.migrate();
  await database.query(`update deploy_meta.migrations set state = 'baseline' where version = '${versionOf(1)}'`);
  const [, two] = database.migrations();
  database.write({ '2_two': 'select 22', '5_five': 'select 5' });
  database.remove('3_three');

  const status = databaseStatusSchema.parse(await statusOf(database));
  expect(status.schemaVersion).toBe(versionOf(3));
  expect(status.migrations.map(({ version, name, state }) => [version, name, state])).toEqual([
    [versionOf(1), 'one', 'baseline'],
    [versionOf(2), 'two', 'drifted'],
    [versionOf(3), 'three', 'missing'],
    [versionOf(4), 'four', 'failed'],
    [versionOf(5), 'five', 'pending'],
  ]);
  expect(status.migrations[1]).toEqual({
    version: versionOf(2),
    name: 'two',
    state: 'drifted',
    checksum: database.migrations()[1]?.checksum,
    appliedChecksum: two?.checksum,
    appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    by: 'ana@laptop',
    deployment: '20261127T100000Z-abc1234',
    durationMs: expect.any(Number),
  });
});
