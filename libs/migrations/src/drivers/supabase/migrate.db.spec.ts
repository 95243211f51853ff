import {
  makeFiles,
  mcpServers,
  startPostgres,
  startSupabaseWorld,
  versionOf,
  type MigrationFiles,
  type PostgresCluster,
  type SupabaseWorld,
} from '../../../testing';
import { databaseStatus, describeEvent, migrate, readMigrations, type Database } from '../..';

let cluster: PostgresCluster;
let world: SupabaseWorld;
let files: MigrationFiles;
beforeAll(async () => {
  cluster = await startPostgres();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  world = await startSupabaseWorld(cluster);
  files = makeFiles();
});
afterEach(async () => {
  files.close();
  await world.close();
});

/** A whole run; what it told, in lines. */
const run = async (database: Database) => {
  const told: string[] = [];
  const result = await migrate({
    database,
    migrations: readMigrations(files.directory),
    author: { by: 'test@here', deployment: '20261127T100000Z-abc1234' },
    report: (event) => told.push(...describeEvent(event).map(({ text }) => text)),
    shadow: undefined,
  });
  return { result, told: told.join('\n') };
};
const applied = (...numbers: readonly number[]) =>
  numbers.map((number) => expect.stringMatching(`^${versionOf(number)} `));

describe('a run over the official MCP server', () => {
  test('applies files under their own versions, records them, lists them and says what the advisors think', async () => {
    const database = await world.open();
    world.api.setClock('20261127101112');
    files.write({
      '1_notes': `create table notes (id bigint generated always as identity primary key);\n-- the end`,
      '2_body': `do $$ begin execute 'alter table notes add body text'; end $$`,
      '3_index': '-- no-transaction\ncreate index concurrently notes_body on notes (body);',
    });
    const { result } = await run(database);
    expect(result.applied.map(({ migration }) => migration.version)).toEqual([
      versionOf(1),
      versionOf(2),
      versionOf(3),
    ]);
    expect(result.changes.length).toBeGreaterThan(0);
    expect(result.advice).toEqual([{ level: 'warning', text: expect.stringContaining('public.notes') }]);
    expect(await database.reconcile()).toEqual([expect.stringContaining(`${versionOf(3)}_index: it was missing`)]);
    expect(await world.listed()).toEqual(applied(1, 2, 3));

    const again = await run(database);
    expect(again.result.applied).toEqual([]);
    const status = await databaseStatus({
      database,
      migrations: readMigrations(files.directory),
      target: 'database',
      environment: 'production',
    });
    expect(JSON.stringify(status)).not.toContain(world.api.token);
  });

  test.each(['lose-answer', 'lose-request'] as const)(
    'goes on after a call came to nothing (%s), with each file applied once',
    async (kind) => {
      const database = await world.open();
      files.write({ '1_one': 'create table one ()', '2_two': 'create table two ()' });
      world.api.setClock('20261127101112');
      world.api.fault({ on: 'apply-migration', kind });
      const { told } = await run(database);
      expect(told).toMatch(/answer was lost \(the MCP server lost its connection to the Management API\)/);
      expect(await world.tables()).toEqual(['one', 'two']);
      await run(database);
      expect(await world.listed()).toEqual(applied(1, 2));
    },
  );

  test('goes on after its MCP server was killed in the midst of a file', async () => {
    const database = await world.open();
    files.write({ '1_one': 'create table one ()', '2_two': 'create table two ()' });
    const performed = new Promise<void>((done) => {
      world.api.fault({ on: 'apply-migration', kind: 'hold-answer', done, release: new Promise(() => undefined) });
    });
    const running = run(database);
    await performed;
    mcpServers().forEach(({ pid }) => process.kill(pid, 'SIGKILL'));
    expect((await running).told).toContain('answer was lost (the MCP server ended)');
    expect(await world.tables()).toEqual(['one', 'two']);
    await run(database);
    expect(await world.listed()).toEqual(applied(1, 2));
  });

  test('a failing file leaves those before it, and the next run goes on there', async () => {
    const database = await world.open();
    files.write({ '1_one': 'create table one ()', '2_two': 'create table two (); select 1 / 0;' });
    await expect(run(database)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('22012'),
    });
    expect(await world.tables()).toEqual(['one']);
    files.write({ '2_two': 'create table two ()' });
    await run(database);
    expect(await world.tables()).toEqual(['one', 'two']);
    expect(await world.listed()).toEqual(applied(1, 2));
  });
});
