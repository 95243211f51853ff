import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { migrate, openDatabase, readMigrations, type Database, type MigrateResult } from '@polydev/migrations';
import { startPostgres, type PostgresCluster } from '../testing/history-database';

const DATABASE = join(__dirname, '../../database');
const MIGRATIONS = join(DATABASE, 'supabase/migrations');
/** The README's example goes on from here. */
const EXAMPLE_BEGINS_AT = '20261120091500';
const EXAMPLE = [
  ...readFileSync(join(DATABASE, 'README.md'), 'utf8').matchAll(/`(\d{14}_\w+\.sql)`[^]*?```sql\n([^]*?)^```/gm),
].map(([, file = '', sql = '']) => ({ file, sql }));

/** The files of apps/database, and those of its README's example, run as `database:migrate` runs them. */
describe('the migrations of apps/database', () => {
  let folder: string;
  let files: string;
  let cluster: PostgresCluster;
  let database: Database;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'own-migrations-'));
    cluster = await startPostgres();
    // As in the sandbox: an owner who is no superuser.
    await cluster.query(`create role polydev login createrole password 'x'`);
  }, 60_000);
  afterEach(() => database.close());
  afterAll(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** An empty database, and a folder with the migrations that are wanted of ours. */
  const begin = async (wanted: (version: string) => boolean): Promise<void> => {
    const { name } = await cluster.createDatabase();
    await cluster.query(`alter database ${name} owner to polydev`);
    const env = { DATABASE_URL: cluster.url({ database: name, user: 'polydev', password: 'x' }) };
    database = await openDatabase({ driver: 'postgres', urlVariable: 'DATABASE_URL' }, { env });
    files = join(folder, name);
    mkdirSync(files);
    const filter = (path: string) => path === MIGRATIONS || wanted(basename(path).slice(0, 14));
    cpSync(MIGRATIONS, files, { recursive: true, filter });
  };
  const run = (): Promise<MigrateResult> => {
    const env = { ...process.env, XDG_CACHE_HOME: folder };
    const author = { by: 'ops@builder' };
    return migrate({ database, migrations: readMigrations(files), author, report: () => undefined, shadow: { env } });
  };
  const appliedBy = ({ applied }: MigrateResult) => applied.map(({ migration }) => migration.file);

  test('are applied by an ordinary owner, as the shadow foresaw, with nothing that lint refuses', async () => {
    await begin(() => true);
    const result = await run();
    expect(appliedBy(result)).toEqual(readMigrations(MIGRATIONS).map(({ file }) => file));
    expect(appliedBy(result)).toContain('20261120090000_deployments.sql');
    expect(result).toMatchObject({ differences: [], notValidated: [] });
  }, 60_000);

  test('so are those of the example, one deploy after the other; a plain rename is refused', async () => {
    await begin((version) => version <= EXAMPLE_BEGINS_AT);
    await run();
    expect(EXAMPLE.map(({ file }) => file.slice(15))).toEqual([
      'author.sql',
      'author_filled.sql',
      'deployed_by_gone.sql',
    ]);
    for (const { file, sql } of EXAMPLE) {
      writeFileSync(join(files, file), sql);
      const result = await run();
      expect(appliedBy(result)).toEqual([file]);
      expect(result.differences).toEqual([]);
    }
    const plain = 'alter table public.deployments rename column author to by_whom;\n';
    writeFileSync(join(files, '20270201090000_plain.sql'), plain);
    await expect(run()).rejects.toMatchObject({ code: 'MIGRATION_LINT_BLOCKS' });
  }, 60_000);
});
