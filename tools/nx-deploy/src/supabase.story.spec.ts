import { describeSsh, startSshd, type TestSshd } from '@polydev/host/testing';
import {
  mcpServers,
  type PostgresCluster,
  startPostgres,
  startSupabaseWorld,
  type SupabaseWorld,
} from '@polydev/migrations/testing';
import { type DatabaseWorkspace, makeDatabaseWorkspace, versionOf } from '../testing/database-workspace';

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(180_000);

const DEPLOY = 'affected -t deploy -c supabase --base=refs/deployed/supabase';
const resultIn = (stdout: string) => JSON.parse(stdout.split('\n').findLast((line) => line.startsWith('{')) ?? '');

let sshd: TestSshd;
let postgres: PostgresCluster;
let supabase: SupabaseWorld;
let workspace: DatabaseWorkspace;
/** As `nx`, with the token where the manifest says that it is. */
const nx = (line: string, env: Readonly<Record<string, string>> = {}) =>
  workspace.nx(line, { SUPABASE_ACCESS_TOKEN: supabase.api.token, DATABASE_URL: '', ...env });

// One story, over Supabase's own MCP server; only the Management API behind it is ours, on a real PostgreSQL.
describeSsh('a Supabase project as a target', () => {
  beforeAll(async () => {
    [sshd, postgres] = await Promise.all([startSshd(), startPostgres()]);
    supabase = await startSupabaseWorld(postgres);
    const { project, url } = supabase.api;
    workspace = await makeDatabaseWorkspace({
      sshd,
      postgres,
      supabase: `{ driver: supabase-mcp, supabase: { project: ${project}, api_url: '${url}' } }`,
    });
    workspace.migrations({
      '01_notes': 'create table notes (id bigint primary key);',
      '02_title': 'alter table notes add column title text; -- the end',
    });
  });
  afterAll(async () => {
    workspace.remove();
    await supabase.close();
    await Promise.all([sshd.stop(), postgres.close()]);
  });

  test('without its token stops every deploy, and names the variable', async () => {
    const answer = await nx(DEPLOY, { SUPABASE_ACCESS_TOKEN: '' });
    expect(answer.exitCode).not.toBe(0);
    expect(answer.all).toContain('[SUPABASE_TOKEN_MISSING]');
    expect(answer.all).toContain('SUPABASE_ACCESS_TOKEN');
    expect(answer.all).not.toContain('> nx run database:deploy');
  });

  test('is planned without being touched', async () => {
    const plan = await nx('run database:migrate --plan -c supabase');
    expect([plan.exitCode, plan.all]).toEqual([0, expect.stringMatching(/\+ table public\.notes/)]);
    expect(supabase.api.calls).not.toContain('apply-migration');
    expect(await supabase.tables()).toEqual([]);
  });

  test('is migrated before the service, under the versions of the files, whatever its own clock says', async () => {
    supabase.api.setClock('20261127101112');
    const answer = await nx(DEPLOY);
    expect([answer.exitCode, answer.all]).toEqual([0, expect.stringContaining('api → supabase')]);
    expect(answer.all.indexOf('database → supabase')).toBeLessThan(answer.all.indexOf('api → supabase'));
    expect(answer.all).toMatch(/security.*public\.notes/i);
    expect(await supabase.listed()).toEqual([`${versionOf('01')} notes`, `${versionOf('02')} title`]);
    expect(workspace.records()[0]).toMatchObject({
      outcome: 'succeeded',
      targets: [
        { target: 'database', outcome: 'moved', schema: { to: versionOf('02') } },
        { target: 'api', outcome: 'moved', databases: { database: versionOf('02') } },
      ],
    });
  });

  test('whose answer is lost is asked again what became of it, and the file is applied once', async () => {
    workspace.migrations({ '03_tags': 'create table tags (id bigint primary key);' });
    supabase.api.fault({ on: 'apply-migration', kind: 'lose-answer' });
    const answer = await nx('run database:migrate -c supabase');
    expect([answer.exitCode, answer.all]).toEqual([0, expect.stringMatching(/answer was lost/)]);
    expect(await supabase.tables()).toEqual(['notes', 'tags']);
    const again = await nx('run database:migrate -c supabase');
    expect([again.exitCode, again.all]).toEqual([0, expect.stringContaining('nothing to do')]);
    expect(await supabase.listed()).toEqual(
      ['01', '02', '03'].map((end) => expect.stringMatching(`^${versionOf(end)} `)),
    );
  });

  test('shows what is applied, and what a person may do with it', async () => {
    const { exitCode, stdout } = await nx('run database:status -c supabase --json');
    expect(exitCode).toBe(0);
    expect(resultIn(stdout)).toMatchObject({
      driver: 'supabase-mcp',
      schemaVersion: versionOf('03'),
      migrations: [{ state: 'applied' }, { state: 'applied' }, { state: 'applied' }],
    });
  });

  test('keeps its token out of what was printed and recorded, and no server is left running', () => {
    const everything = `${workspace.printed()}\n${JSON.stringify(workspace.records())}`;
    expect(everything).not.toContain(supabase.api.token);
    expect(mcpServers()).toEqual([]);
  });
});
