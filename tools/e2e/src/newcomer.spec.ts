import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  databaseStatusSchema,
  deploymentsAnswerSchema,
  healthAnswerSchema,
  type DeploymentRecord,
} from '@polydev/contract';
import { execa } from 'execa';
import { checkOut, commitAll } from '../testing/checkout';
import { personOnDuty } from '../testing/person-on-duty';
import { isTold } from '../testing/turn';
import { typistIn } from '../testing/typist';

const MIGRATIONS = 'apps/database/supabase/migrations';
/** Of the newcomer's own migration: after whatever there is. */
const VERSION = '20991231090000';

/**
 * What a newcomer types, in a fresh copy of this workspace that has nothing installed: each command's captured output is
 * what is looked at. The tests build on one another, as the newcomer's commands do.
 */
describe('a newcomer with a fresh clone', () => {
  let folder: string;
  let root: string;
  let controller: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
    root = join(folder, 'my workspace');
    await checkOut(root);
  }, 60_000);
  afterAll(async () => {
    await type('npm run sandbox:stop');
    await type('npx nx daemon --stop');
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const { type, expectGood } = typistIn(() => root);
  const newestDeployment = async (): Promise<DeploymentRecord> => {
    const answer = await fetch(`${controller}/api/deployments?limit=1`);
    const [newest] = deploymentsAnswerSchema.parse(await answer.json()).deployments;
    if (!newest) throw new Error('There is no deployment.');
    return newest;
  };
  /** Version of the newest migration of this workspace. */
  const newestMigration = () => readdirSync(join(root, MIGRATIONS)).sort().at(-1)?.slice(0, 14);
  const moved = ({ targets }: DeploymentRecord) =>
    targets
      .filter(({ outcome }) => outcome === 'moved')
      .map(({ target }) => target)
      .sort();
  /** The deployment in the database's history of a target, once the controller has mirrored it. */
  const historyOf = async (target: string, id: string): Promise<DeploymentRecord> => {
    for (let tries = 0; tries < 300; tries += 1) {
      const answer = await fetch(`${controller}/api/deployments/history?target=${target}`);
      const { deployments } = deploymentsAnswerSchema.parse(await answer.json());
      const found = deployments.find((deployment) => deployment.id === id && deployment.outcome !== 'running');
      if (found) return found;
      await sleep(100);
    }
    throw new Error(`The history has no deployment ${id}.`);
  };
  /** The one line of JSON among what Nx prints. */
  const jsonIn = (output: string): unknown => JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '');
  const TABLE = /master-controller +\S+ +[0-9a-f]{7} +healthy +(http:\/\/localhost:\d+)/;

  it('npm start installs, starts the sandbox, deploys everything, and ends with a table and what to try next', async () => {
    const output = await expectGood('npm start');
    expect(output).toMatch(/npm ci/);
    expect(output).toMatch(/✓ place release/);
    expect(output).toMatch(/frontend +\S+ +[0-9a-f]{7} +healthy +http:\/\/localhost:\d+/);
    expect(output).toMatch(/vm-agent +\S+ +[0-9a-f]{7}/);
    expect(output).toMatch(/npx nx affected -t deploy/);
    controller = TABLE.exec(output)?.[1] ?? '';
    expect(output).toMatch(/20261120090000_deployments +applied in/);
    const health = healthAnswerSchema.parse(await (await fetch(`${controller}/api/auth/health`)).json());
    const { stdout: sha } = await execa('git', ['rev-parse', 'HEAD'], { cwd: root });
    expect(health).toMatchObject({
      status: 'healthy',
      sha,
      release: expect.stringContaining(sha.slice(0, 7)) as string,
    });
  }, 600_000);

  it('the database was migrated before the controller was deployed, and has the history of that', async () => {
    const record = await newestDeployment();
    const [database, deployed] = ['database', 'master-controller'].map((name) =>
      record.targets.find(({ target }) => target === name),
    );
    expect(database).toMatchObject({ outcome: 'moved', schema: { to: newestMigration() } });
    expect(Date.parse(database?.endedAt ?? '')).toBeLessThanOrEqual(Date.parse(deployed?.startedAt ?? ''));
    expect(await historyOf('database', record.id)).toEqual(record);
  }, 60_000);

  it('a second npm start says what it skipped and deploys nothing, also under the Nx daemon', async () => {
    const output = await expectGood('npm start', { NX_DAEMON: 'true' });
    expect(output).toMatch(/nothing to install/);
    expect(output.match(/already live on sandbox, .*no drift/g)).toHaveLength(3);
    expect(output).toMatch(/database: nothing to do in sandbox/);
    expect(output).toMatch(TABLE);
    expect(moved(await newestDeployment())).toEqual([]);
  }, 180_000);

  it('after a one-line change in vm-agent, `npx nx affected -t deploy` changes vm-agent alone', async () => {
    appendFileSync(join(root, 'apps/vm-agent/src/main.ts'), "\nprocess.title = 'vm-agent';\n");
    await commitAll(root, 'one line');
    const output = await expectGood('npx nx affected -t deploy');
    expect(output).toMatch(/Deploying to sandbox/);
    expect(output).toMatch(/vm-agent: \S+ is live on sandbox/);
    expect(moved(await newestDeployment())).toEqual(['vm-agent']);
    expect(await expectGood('npx nx affected -t deploy')).toMatch(/No tasks were run/);
  }, 180_000);

  it('after a change in a shared lib, its dependants follow in graph order', async () => {
    const file = join(root, 'libs/release/src/health-answer.ts');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('sha: info.sha, digest: info.digest', 'digest: info.digest, sha: info.sha'),
    );
    await commitAll(root, 'a shared lib');
    await expectGood('npx nx affected -t deploy');
    const record = await newestDeployment();
    expect(moved(record)).toEqual(['frontend', 'master-controller', 'vm-agent']);
    const [first, second] = ['master-controller', 'vm-agent'].map((name) =>
      record.targets.find(({ target }) => target === name),
    );
    expect(Date.parse(first?.endedAt ?? '')).toBeLessThanOrEqual(Date.parse(second?.startedAt ?? ''));
  }, 300_000);

  it('a new migration is planned, applied and shown while everything runs', async () => {
    const file = `${MIGRATIONS}/${VERSION}_operators.sql`;
    writeFileSync(
      join(root, file),
      'create table public.operators (name text primary key);\nalter table public.operators enable row level security;\n',
    );
    await commitAll(root, 'operators');
    const plan = await expectGood('npx nx run database:migrate --plan');
    expect(plan).toMatch(/\+ table +public\.operators/);
    expect(plan).toContain('nothing was changed');
    expect(await expectGood('npx nx run database:status')).toMatch(new RegExp(`${VERSION} .*pending`));

    const output = await expectGood('npx nx run database:migrate');

    expect(output).toMatch(new RegExp(`${VERSION}_operators +applied in`));
    expect(output).toMatch(/\+ table +public\.operators/);
    expect(await expectGood('npx nx run database:migrate')).toMatch(/nothing to do/);
    const status = databaseStatusSchema.parse(jsonIn(await expectGood('npx nx run database:status --json')));
    expect(status).toMatchObject({ target: 'database', environment: 'sandbox', schemaVersion: VERSION });
    expect(new Set(status.migrations.map(({ state }) => state))).toEqual(new Set(['applied']));
    expect(await expectGood('npx nx run database:migrate --repair')).toMatch(/Files and records agree/);
    expect((await fetch(`${controller}/api/auth/health`)).status).toBe(200);
    await expectGood('npx nx affected -t deploy');
    expect(moved(await newestDeployment())).toEqual([]);
  }, 400_000);

  it('status --json tells hosts and history', async () => {
    const output = await expectGood('npx nx run master-controller:status --json');
    expect(jsonIn(output)).toMatchObject({
      target: 'master-controller',
      environment: 'sandbox',
      hosts: [{ host: 'sandbox', health: 'healthy', state: 'idle', drift: [] }],
      history: expect.arrayContaining([expect.objectContaining({ outcome: 'moved' })]) as unknown,
    });
  }, 60_000);

  it('the doors that print nothing else serve programs', async () => {
    await expectGood('npx nx run master-controller:status');
    expect(JSON.parse(await expectGood('npm run -s status -- master-controller --json'))).toMatchObject({
      target: 'master-controller',
    });
    expect(await expectGood('npm run -s deployed-base')).toMatch(/^[0-9a-f]{40}$/);
    expect(await expectGood('npm run overview')).toMatch(TABLE);
    expect(await expectGood('npm run sandbox:status')).toMatch(/running since/);
  }, 60_000);

  if (isTold('tools/e2e/testing/person-on-duty.ts'))
    describe('has become the person on duty', () => personOnDuty(() => root));

  it('npm test installs what it needs and ends with the count of its tests', async () => {
    const output = await expectGood('npm test -- runbook artifact');
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^\d+ passed, 0 failed/);
  }, 180_000);

  it('npm run sandbox:stop leaves nothing running', async () => {
    await expectGood('npm run sandbox:stop');
    await expect(fetch(`${controller}/api/auth/health`)).rejects.toThrow();
    await type('npx nx daemon --stop');
    const running = async () => {
      const { stdout } = await execa('ps', ['-eo', 'args']);
      return stdout.split('\n').filter((args) => args.includes(root));
    };
    // Nx says that its daemon was told to end, not that it has.
    for (let tries = 0; tries < 50 && (await running()).length > 0; tries += 1) await sleep(200);
    expect(await running()).toEqual([]);
  }, 60_000);
});
