import { describeSsh, startSshd, type TestSshd } from '@polydev/host/testing';
import { type PostgresCluster, startPostgres } from '@polydev/migrations/testing';
import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DatabaseWorkspace, makeDatabaseWorkspace, versionOf } from '../testing/database-workspace';
import { ownEnvironment } from '../testing/workspace';

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(180_000);

const DEPLOY = 'affected -t deploy';
/** What the audit log says of each change to a database's records. */
const CHANGED_RECORDS = {
  who: { by: expect.stringMatching(/^[^@]+@[^@]+$/), git: 'Test <test@localhost>' },
  environment: 'sandbox',
  target: 'database',
};

let sshd: TestSshd;
let postgres: PostgresCluster;
let workspace: DatabaseWorkspace;

const tables = async (): Promise<readonly string[]> => {
  const rows = await workspace.sql<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  return rows.map(({ name }) => name);
};
/** Behind Nx the result is the last line that is JSON; events come before it. */
const resultIn = (stdout: string) => JSON.parse(stdout.split('\n').findLast((line) => line.startsWith('{')) ?? '');
const removeMigration = (name: string): void => {
  rmSync(join(workspace.root, `apps/database/migrations/${versionOf(name)}.sql`));
  workspace.commit();
};

// One story: each test goes on from where the one before it left the database.
describeSsh('a database as a target', () => {
  beforeAll(async () => {
    [sshd, postgres] = await Promise.all([startSshd(), startPostgres()]);
    workspace = await makeDatabaseWorkspace({ sshd, postgres });
  });
  afterAll(async () => {
    workspace.remove();
    await Promise.all([sshd.stop(), postgres.close()]);
  });

  test('is deployed before what depends on it, and has tasks of its own', async () => {
    workspace.migrations({ '01_notes': 'create table notes (id bigint primary key);' });
    const graph = JSON.parse((await workspace.nx('run-many -t deploy --graph=stdout')).stdout);
    expect(graph.tasks.dependencies['api:deploy']).toContain('database:deploy');
    expect(graph.tasks.dependencies['database:deploy']).toEqual(['workspace-under-test:preflight']);
    const { targets } = JSON.parse((await workspace.nx('show project database --json')).stdout);
    expect(Object.keys(targets).sort()).toEqual(
      [
        'approve',
        'audit',
        'deploy',
        'migrate',
        'plan',
        'recover',
        'rollback',
        'setup',
        'status',
        'trust',
        'unlock',
      ].sort(),
    );
    expect(targets.migrate.metadata.description).toMatch(/^Applies what is pending of the migrations of database/);
  });

  test('without its connection string stops every deploy, and names the variable', async () => {
    const answer = await workspace.nx(DEPLOY, { DATABASE_URL: '' });
    expect(answer.exitCode).not.toBe(0);
    expect(answer.all).toContain('[DATABASE_URL_MISSING] database: DATABASE_URL is not set');
    expect(answer.all).not.toContain('> nx run database:deploy');
    expect(await tables()).toEqual([]);
  });

  test('shows what a deploy would do to it, and does not touch it', async () => {
    const answer = await workspace.nx('run database:migrate --plan');
    expect(answer.exitCode).toBe(0);
    expect(answer.all).toContain(`${versionOf('01')}_notes`);
    expect(answer.all).toMatch(/\+ table public\.notes/);
    expect(answer.all).toContain('nothing was changed');
    const dry = await workspace.nx('run api:deploy --dry-run');
    expect(dry.exitCode).toBe(0);
    expect(dry.all).toMatch(/Before it, database is migrated, by plan p[0-9a-f]{12}\./);
    expect(dry.all).toMatch(/--plan=p[0-9a-f]{12},p[0-9a-f]{12}`/);
    expect(await workspace.sql("select from pg_namespace where nspname = 'deploy_meta'")).toEqual([]);
    expect(await tables()).toEqual([]);
  });

  test('is migrated first, then the service is deployed, and the record says with which schema', async () => {
    const answer = await workspace.nx(DEPLOY);
    expect(answer.exitCode).toBe(0);
    expect(await tables()).toEqual(['notes']);
    expect(workspace.live()).toBe('api 1');
    expect(answer.all.indexOf('database → sandbox')).toBeLessThan(answer.all.indexOf('api → sandbox'));
    expect(answer.all).toMatch(new RegExp(`^database +migrated +schema ${versionOf('01')} +schema none`, 'm'));
    const [record] = workspace.records();
    expect(record).toMatchObject({ outcome: 'succeeded', planned: ['database', 'api'] });
    expect(record?.targets).toMatchObject([
      { target: 'database', outcome: 'moved', schema: { to: versionOf('01') }, hosts: [] },
      { target: 'api', outcome: 'moved', databases: { database: versionOf('01') } },
    ]);
    expect(workspace.release()).toMatchObject({ migrations: { database: versionOf('01') } });
    const [row] = await workspace.sql<{ deployment: string }>('select deployment from deploy_meta.migrations');
    expect(row?.deployment).toBe(record?.id);
  });

  test('is at rest when nothing changed', async () => {
    expect((await workspace.nx(DEPLOY)).all).toContain('No tasks were run');
    const again = await workspace.nx('run database:deploy');
    expect(again.exitCode).toBe(0);
    expect(again.all).toContain(`nothing to do: all migrations are applied, the schema is at ${versionOf('01')}`);
  });

  test('whose migrations changed is affected, with what depends on it', async () => {
    workspace.migrations({ '02_title': 'alter table notes add column title text;' });
    const graph = JSON.parse((await workspace.nx(`${DEPLOY} --graph=stdout`)).stdout);
    expect(Object.keys(graph.tasks.tasks)).toEqual(expect.arrayContaining(['api:deploy', 'database:deploy']));
  });

  test('refuses a service whose commit needs a newer schema than there is, before it is touched', async () => {
    workspace.commit({ 'apps/api/source.txt': 'api 2\n', 'apps/api/dist/source.txt': 'api 2\n' });
    const answer = await workspace.nx('run api:deploy --exclude-task-dependencies');
    expect(answer.exitCode).toBe(1);
    expect(answer.all).toContain('[RELEASE_NEEDS_NEWER_SCHEMA] api was not deployed to sandbox');
    expect(answer.all).toContain(
      `database is at ${versionOf('01')}, and ${versionOf('02')}, the newest migration here, is not applied`,
    );
    expect(answer.all).toContain('`npx nx run database:migrate`');
    expect(workspace.live()).toBe('api 1');
  });

  test('is only migrated by a plan that was shown', async () => {
    const other = await workspace.nx('run database:deploy --plan=p0123456789ab');
    expect(other.exitCode).toBe(1);
    expect(other.all).toContain('[PLAN_CHANGED]');
    const plan = resultIn((await workspace.nx('run database:plan --json')).stdout);
    expect(plan).toMatchObject({
      schemaVersion: versionOf('01'),
      pending: [{ version: versionOf('02'), name: 'title' }],
      changes: [{ change: '+', kind: 'column' }],
    });
    expect((await workspace.sql('select from deploy_meta.migrations')).length).toBe(1);
    const answer = await workspace.nx(`run database:deploy --plan=${plan.hash}`);
    expect(answer.exitCode).toBe(0);
    expect(workspace.records()[0]?.targets).toMatchObject([
      { target: 'database', outcome: 'moved', schema: { from: versionOf('01'), to: versionOf('02') } },
    ]);
  });

  test('is migrated by itself, prints each file and the schema’s change, and does nothing the second time', async () => {
    workspace.migrations({ '03_tags': 'create table tags (id bigint primary key);' });
    const { exitCode, all, stdout } = await workspace.nx('run database:migrate --json');
    expect(exitCode).toBe(0);
    expect(resultIn(stdout)).toMatchObject({
      outcome: 'moved',
      from: versionOf('02'),
      to: versionOf('03'),
      applied: [{ version: versionOf('03'), name: 'tags', durationMs: expect.any(Number) }],
    });
    expect(all).toContain('Deployment');
    const again = await workspace.nx('run database:migrate');
    expect([again.exitCode, again.all]).toEqual([0, expect.stringContaining('nothing to do')]);
    expect(workspace.records()[0]).toMatchObject({
      outcome: 'succeeded',
      targets: [{ target: 'database', outcome: 'unchanged', schema: { from: versionOf('03'), to: versionOf('03') } }],
    });
  });

  test('that fails half-way keeps what was applied, and nothing that depends on it begins', async () => {
    expect((await workspace.nx(DEPLOY)).exitCode).toBe(0);
    await workspace.sql("insert into notes (id, title) values (1, 'first')");
    workspace.commit({ 'apps/api/source.txt': 'api 3\n' });
    workspace.migrations({
      '04_users': 'create table users (id bigint primary key);',
      // The shadow has no rows, so only the real database can refuse.
      '05_empty':
        "do $$ begin if exists (select from notes) then raise exception 'notes is not empty'; end if; end $$;",
    });
    const answer = await workspace.nx(DEPLOY);
    expect(answer.exitCode).not.toBe(0);
    expect(answer.all).toContain('[MIGRATION_FAILED]');
    expect(answer.all).toContain('notes is not empty');
    expect(answer.all).not.toContain('> nx run api:deploy');
    expect(workspace.live()).toBe('api 2');
    expect(await tables()).toEqual(['notes', 'tags', 'users']);
    expect(workspace.records()[0]).toMatchObject({
      outcome: 'stuck',
      targets: [
        {
          target: 'database',
          outcome: 'stuck',
          schema: { from: versionOf('03'), to: versionOf('04') },
          error: { code: 'MIGRATION_FAILED' },
        },
        { target: 'api', outcome: 'not-reached' },
      ],
    });
    expect(answer.all).toMatch(/^database +failed half-way +schema /m);
  });

  test('that is interrupted in the midst of a file is on record as it ends, whoever writes that down', async () => {
    removeMigration('05_empty');
    const { name } = workspace.database;
    workspace.migrations({
      '07_slow': `select pg_sleep(case current_database() when '${name}' then 4 else 0 end); create table slow (id bigint);`,
    });
    // A file, as after an interruption Nx tells what it has to tell to whatever its own standard error is.
    const log = join(workspace.root, '.nx/interrupted.log');
    const file = openSync(log, 'w');
    const running = spawn(process.execPath, [join(workspace.root, 'node_modules/.bin/nx'), 'run', 'database:migrate'], {
      cwd: workspace.root,
      detached: true,
      stdio: ['ignore', file, file],
      env: { ...ownEnvironment(), NX_DAEMON: 'false', DATABASE_URL: workspace.database.url },
    });
    const asleep =
      "select from pg_stat_activity where state = 'active' and wait_event = 'PgSleep' and datname = current_database()";
    while ((await workspace.sql(asleep)).length === 0);
    // Ctrl-C reaches everybody in the terminal.
    process.kill(-running.pid!, 'SIGINT');
    await once(running, 'exit');
    closeSync(file);
    const told = readFileSync(log, 'utf8');
    expect(told).not.toContain('nothing was touched');
    // By then it may have ended, and is told so.
    expect(told).toMatch(/it may still run in the database|^database +migrated +schema/m);
    while (!(await tables()).includes('slow'));
    const next = await workspace.nx('run database:migrate');
    expect([next.exitCode, next.all]).toEqual([0, expect.stringContaining('nothing to do')]);
    const [row] = await workspace.sql<{ deployment: string }>(
      `select deployment from deploy_meta.migrations where version = '${versionOf('07')}'`,
    );
    expect(workspace.records().find(({ id }) => id === row?.deployment)).toMatchObject({
      outcome: 'succeeded',
      targets: [{ target: 'database', outcome: 'moved', schema: { to: versionOf('07') } }],
    });
    await workspace.sql('drop table slow');
    await workspace.sql(`delete from deploy_meta.migrations where version = '${versionOf('07')}'`);
    removeMigration('07_slow');
  });

  test('that would fail on the shadow is refused, and nothing is recorded', async () => {
    workspace.migrations({ '06_broken': 'alter table nowhere add column x text;' });
    const before = workspace.records().length;
    const plan = await workspace.nx('run database:migrate --plan');
    expect([plan.exitCode, plan.all]).toEqual([1, expect.stringContaining('[MIGRATION_WOULD_FAIL]')]);
    const answer = await workspace.nx(DEPLOY);
    expect(answer.exitCode).not.toBe(0);
    expect(answer.all).toContain('The real database was not touched.');
    expect(workspace.records()).toHaveLength(before);
    removeMigration('06_broken');
    expect((await workspace.nx(DEPLOY)).exitCode).toBe(0);
    expect(workspace.live()).toBe('api 3');
  });

  test('shows every migration, for people and for programs', async () => {
    const { exitCode, stdout } = await workspace.nx('run database:status --json');
    expect(exitCode).toBe(0);
    const status = resultIn(stdout);
    expect(status).toMatchObject({
      target: 'database',
      environment: 'sandbox',
      driver: 'postgres',
      schemaVersion: versionOf('04'),
    });
    expect(status.migrations.slice(0, 4)).toMatchObject(
      ['01', '02', '03', '04'].map((end) => ({
        version: versionOf(end),
        state: 'applied',
        by: expect.stringContaining('@'),
      })),
    );
    const people = await workspace.nx('run database:status');
    expect(people.all).toMatch(new RegExp(`^${versionOf('01')} +notes +applied +[0-9a-f]{12}`, 'm'));
  });

  test('is not rolled back, and says so; a service that is goes on with the newer schema', async () => {
    const refused = await workspace.nx('run database:rollback');
    expect(refused.exitCode).toBe(1);
    expect(refused.all).toContain('[DATABASE_NOT_ROLLED_BACK]');
    const dry = await workspace.nx('run api:rollback --dry-run');
    expect(dry.all).toContain(`database stays at schema ${versionOf('04')}; this release of api was built with`);
    const first = workspace.records().at(-1)?.sha;
    const answer = await workspace.nx(`run-many -t rollback --sha=${first}`);
    expect(answer.exitCode).toBe(0);
    expect(answer.all).toContain('database keeps its schema: migrations only go forward.');
    expect(answer.all).toContain(`this release of api was built with ${versionOf('01')}`);
    expect(workspace.live()).toBe('api 1');
    expect(workspace.records()[0]).toMatchObject({
      kind: 'rollback',
      targets: [{ target: 'api', outcome: 'moved', databases: { database: versionOf('04') } }],
    });
    expect(await tables()).toEqual(['notes', 'tags', 'users']);
  });

  test('has nothing to recover, set up or unlock, and says why', async () => {
    const recover = await workspace.nx('run database:recover');
    expect([recover.exitCode, recover.all]).toEqual([0, expect.stringContaining('database: nothing to recover')]);
    const setup = await workspace.nx('run database:setup');
    expect([setup.exitCode, setup.all]).toEqual([0, expect.stringContaining('needs nothing on the hosts')]);
    const unlock = await workspace.nx('run database:unlock --reason=why');
    expect([unlock.exitCode, unlock.all]).toEqual([1, expect.stringContaining('[DATABASE_HAS_NO_LOCK]')]);
  });

  test('stands in the overview, and in what the environment is compared with', async () => {
    const overview = await door('overview');
    expect(overview.stdout).toMatch(new RegExp(`^database +schema ${versionOf('04')} +up to date +postgres://`, 'm'));
    const status = await door('status', 'database', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ schemaVersion: versionOf('04') });
    const base = await door('deployed-base');
    expect([base.exitCode, base.stdout]).toEqual([0, expect.stringMatching(/^[0-9a-f]{40}\n$/)]);
    expect(base.stderr).not.toContain('database');
  });

  test('of which an applied file was edited stops every deploy until that is settled', async () => {
    workspace.migrations({ '01_notes': 'create table notes (id bigint primary key, more text);' });
    const deploy = await workspace.nx(DEPLOY);
    expect(deploy.exitCode).not.toBe(0);
    expect(deploy.all).toContain('[MIGRATIONS_DRIFTED]');
    expect(deploy.all).not.toContain('> nx run database:deploy');
    const shown = await workspace.nx('run database:migrate --repair');
    expect(shown.exitCode).toBe(1);
    expect(shown.all).toContain(`--repair=drifted:${versionOf('01')}`);
    const before = workspace.audited('migration').length;
    const mended = await workspace.nx(`run database:migrate --repair=drifted:${versionOf('01')} --reason=reviewed`);
    expect([mended.exitCode, mended.all]).toEqual([0, expect.stringContaining(`mended: drifted:${versionOf('01')}`)]);
    const repair = { ...CHANGED_RECORDS, after: `repair: drifted:${versionOf('01')}`, reason: 'reviewed' };
    expect(workspace.audited('migration').slice(before)).toMatchObject([
      { ...repair, result: 'begun' },
      { ...repair, result: 'succeeded' },
    ]);
    // What failed before is recorded still, and its file is gone.
    const gone = `missing:${versionOf('05')}`;
    const rest = await workspace.nx(`run database:migrate --repair=${gone}`);
    expect([rest.exitCode, rest.all]).toEqual([0, expect.stringContaining(`mended: ${gone}`)]);
    const agreed = await workspace.nx('run database:migrate --repair');
    expect([agreed.exitCode, agreed.all]).toEqual([0, expect.stringContaining('Files and records agree')]);
    // What only looks is nothing to write down; `gone` was.
    expect(workspace.audited('migration')).toHaveLength(before + 4);
  });

  test('takes a file that came late only when it is told to', async () => {
    workspace.migrations({ '00_early': 'create table early (id bigint primary key);' });
    const refused = await workspace.nx('run database:migrate');
    expect([refused.exitCode, refused.all]).toEqual([1, expect.stringContaining('[MIGRATIONS_OUT_OF_ORDER]')]);
    const preflight = await workspace.nx('run workspace-under-test:preflight');
    expect([preflight.exitCode, preflight.all]).toEqual([1, expect.stringContaining('[MIGRATIONS_OUT_OF_ORDER]')]);
    const answer = await workspace.nx('run database:migrate --allow-out-of-order');
    expect(answer.exitCode).toBe(0);
    expect(await tables()).toContain('early');
  });

  test('that was there before takes a version as its baseline, without running anything', async () => {
    const other = await postgres.createDatabase();
    const answer = await workspace.nx(`run database:migrate --baseline=${versionOf('04')}`, {
      DATABASE_URL: other.url,
    });
    expect(answer.exitCode).toBe(0);
    expect(answer.all).toContain(`5 migrations up to ${versionOf('04')} are recorded as there already; none was run`);
    const baseline = { ...CHANGED_RECORDS, after: `baseline: ${versionOf('04')}` };
    expect(workspace.audited('migration').slice(-2)).toMatchObject([
      { ...baseline, result: 'begun' },
      { ...baseline, result: 'succeeded' },
    ]);
    const unknown = await workspace.nx('run database:migrate --baseline=20200101000000', { DATABASE_URL: other.url });
    expect(unknown.all).toContain('[BASELINE_VERSION_UNKNOWN]');
    expect(workspace.audited('migration').at(-1)).toMatchObject({ ...CHANGED_RECORDS, result: 'failed' });
    const status = await workspace.nx('run database:status', { DATABASE_URL: other.url });
    expect(status.all).toMatch(new RegExp(`^${versionOf('04')} +users +baseline`, 'm'));
  });

  test('is reached through a host, and by what the environment’s values say', async () => {
    const tunnel = await workspace.nx('run database:status -c tunnel --json');
    expect(resultIn(tunnel.stdout)).toMatchObject({ environment: 'tunnel', schemaVersion: versionOf('04') });
    workspace.write({ 'values.json': { DATABASE_URL: workspace.database.url } });
    const nowhere = 'postgres://nobody:wrong@127.0.0.1:1/none';
    const filed = await workspace.nx('run database:status -c filed --json', { DATABASE_URL: nowhere });
    expect(resultIn(filed.stdout)).toMatchObject({ environment: 'filed', schemaVersion: versionOf('04') });
  });

  test('that cannot be reached is a finding of preflight, with a hint and no stack', async () => {
    const answer = await workspace.nx(DEPLOY, { DATABASE_URL: 'postgres://app:hidden@127.0.0.1:1/app' });
    expect(answer.exitCode).not.toBe(0);
    expect(answer.all).toContain('[DATABASE_UNREACHABLE]');
    expect(answer.all).not.toMatch(/^ +at /m);
    expect(answer.all).not.toContain('hidden');
  });

  test('takes one thing to do at a time', async () => {
    const answer = await workspace.nx(`run database:migrate --plan --baseline=${versionOf('01')}`);
    expect(answer.exitCode).toBe(1);
    expect(answer.all).toContain('--plan and --baseline: each is something else to do; give one of them');
    const api = await workspace.nx('run api:deploy --allow-out-of-ordr');
    expect(api.all).toContain('[OPTION_INVALID]');
  });

  test('keeps its password out of everything that was printed and recorded', () => {
    const everything = `${workspace.printed()}\n${JSON.stringify(workspace.records())}`;
    expect(everything).not.toContain(postgres.password);
    expect(everything).not.toContain(encodeURIComponent(postgres.password));
  });
});

const door = (name: string, ...args: string[]) =>
  execa(process.execPath, [join(__dirname, '../bin', `${name}.cjs`), ...args], {
    cwd: workspace.root,
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env: { ...ownEnvironment(), NX_DAEMON: 'false', DATABASE_URL: workspace.database.url },
  });
