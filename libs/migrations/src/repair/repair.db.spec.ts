import { isOpsError } from '@polydev/errors';
import { AUTHOR, type TestDatabase } from '../../testing/engine-database';
import { versionOf } from '../../testing/engine-files';
import { engineWorld } from '../../testing/engine-world';
import { describeInconsistency, repair, type RepairInput } from './index';

const world = engineWorld();

const mend = (database: TestDatabase, what: RepairInput['mend']) =>
  database.opened((opened) =>
    repair({
      database: opened,
      migrations: database.migrations(),
      mend: what,
      author: AUTHOR,
      report: () => undefined,
    }),
  );
/** What `--repair` shows. */
const shown = async (database: TestDatabase) =>
  (await mend(database, 'nothing')).found.flatMap(describeInconsistency).join('\n');

const migrated = async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one ()', '2_two': 'create table two ()' });
  await database.migrate();
  return database;
};
const nothingPending = async (database: TestDatabase) =>
  expect((await database.migrate()).text).toMatch(/^nothing to do/);

test('a database in which all agrees has nothing to mend', async () => {
  expect(await mend(await migrated(), 'nothing')).toEqual({ found: [], mended: [] });
  expect(await mend(await world.database(), 'nothing')).toEqual({ found: [], mended: [] });
});

test('a file that was edited for good reason is recorded as it reads', async () => {
  const database = await migrated();
  const [before] = database.migrations();
  database.write({ '1_one': 'create table one () -- a note' });
  expect(await shown(database)).toMatch(
    new RegExp(
      `^20260101000001_one {2}drifted: The file has SHA-256 [0-9a-f]{64}; applied was ${before?.checksum ?? ''}\\.\n {2}--repair=drifted:20260101000001 `,
    ),
  );
  expect((await database.migrate()).error?.code).toBe('MIGRATIONS_DRIFTED');
  expect((await mend(database, 'everything')).mended).toEqual([`drifted:${versionOf(1)}`]);
  await nothingPending(database);
});

test('a record without a file is forgotten if it is named, since a checkout may only be behind; what it did stays', async () => {
  const database = await migrated();
  database.remove('2_two');
  expect(await shown(database)).toContain('--repair=missing:20260101000002  Forgets the record.');
  expect((await mend(database, 'everything')).mended).toEqual([]);
  await mend(database, [`missing:${versionOf(2)}`]);
  expect(await database.query('select version from deploy_meta.migrations')).toEqual([{ version: versionOf(1) }]);
  await database.query('select from two');
});

describe('a statement of which nothing tells how it went', () => {
  const interrupted = async () => {
    const database = await migrated();
    database.write({ '3_data': '-- no-transaction\ndo $$ begin insert into one default values; commit; end $$' });
    const checksum = database.migrations()[2]?.checksum ?? '';
    await database.query(
      `insert into deploy_meta.migrations values ('${versionOf(3)}', 'data', '${checksum}', 'running', now(), 'bob@ci')`,
    );
    return database;
  };

  it('is shown with two answers, of which neither is chosen for you', async () => {
    const database = await interrupted();
    expect(await shown(database)).toMatch(
      /20260101000003_data {2}running: bob@ci began it at .*\n {2}--repair=took-effect:20260101000003 .*\n {2}--repair=took-no-effect:20260101000003 /,
    );
    expect((await mend(database, 'everything')).mended).toEqual([]);
    expect((await database.migrate()).error?.code).toBe('MIGRATION_UNFINISHED');
  });

  it('is recorded as applied by the one', async () => {
    const database = await interrupted();
    await mend(database, [`took-effect:${versionOf(3)}`]);
    await nothingPending(database);
    expect(await database.query('select from one')).toEqual([]);
  });

  it('is run by the next run after the other', async () => {
    const database = await interrupted();
    await mend(database, [`took-no-effect:${versionOf(3)}`]);
    expect((await database.migrate()).result?.applied).toHaveLength(1);
    expect(await database.query('select from one')).toHaveLength(1);
  });
});

test("an entry of Supabase's history that nobody else knows of is removed from it", async () => {
  const database = await migrated();
  await database.query(`create schema supabase_migrations;
    create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
    insert into supabase_migrations.schema_migrations (version, name) values ('${versionOf(1)}', 'one'), ('20250101000000', 'by_hand')`);
  expect(await shown(database)).toContain("20250101000000_by_hand  orphan: Supabase's history has it");
  await mend(database, ['orphan:20250101000000']);
  expect(await database.query('select version from supabase_migrations.schema_migrations')).toEqual([
    { version: versionOf(1) },
  ]);
});

test('a name that nothing has is refused, with those that there are, and nothing is mended', async () => {
  const database = await migrated();
  database.remove('2_two');
  const error = await mend(database, [`missing:${versionOf(2)}`, 'missing:20200101000000']).catch(
    (thrown: unknown) => thrown,
  );
  expect(isOpsError(error, 'REPAIR_UNKNOWN') && [error.message, error.hint]).toEqual([
    'There is nothing to mend by the name of missing:20200101000000. Nothing was changed.',
    'What can be mended: missing:20260101000002.',
  ]);
  expect(await database.query('select from deploy_meta.migrations')).toHaveLength(2);
});
