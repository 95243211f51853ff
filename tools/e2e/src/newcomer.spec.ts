import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploymentsAnswerSchema, healthAnswerSchema, type DeploymentRecord } from '@polydev/contract';
import { execa } from 'execa';
import { checkOut, commitAll } from '../testing/checkout';
import { personOnDuty } from '../testing/person-on-duty';
import { typistIn } from '../testing/typist';

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
  const moved = ({ targets }: DeploymentRecord) =>
    targets
      .filter(({ outcome }) => outcome === 'moved')
      .map(({ target }) => target)
      .sort();
  const TABLE = /master-controller +\S+ +[0-9a-f]{7} +healthy +(http:\/\/localhost:\d+)/;

  it('npm start installs, starts the sandbox, deploys everything, and ends with a table and what to try next', async () => {
    const output = await expectGood('npm start');
    expect(output).toMatch(/npm ci/);
    expect(output).toMatch(/✓ place release/);
    expect(output).toMatch(/frontend +\S+ +[0-9a-f]{7} +healthy +http:\/\/localhost:\d+/);
    expect(output).toMatch(/vm-agent +\S+ +[0-9a-f]{7}/);
    expect(output).toMatch(/npx nx affected -t deploy/);
    controller = TABLE.exec(output)?.[1] ?? '';
    const health = healthAnswerSchema.parse(await (await fetch(`${controller}/api/auth/health`)).json());
    const { stdout: sha } = await execa('git', ['rev-parse', 'HEAD'], { cwd: root });
    expect(health).toMatchObject({
      status: 'healthy',
      sha,
      release: expect.stringContaining(sha.slice(0, 7)) as string,
    });
  }, 420_000);

  it('a second npm start says what it skipped and deploys nothing, also under the Nx daemon', async () => {
    const output = await expectGood('npm start', { NX_DAEMON: 'true' });
    expect(output).toMatch(/nothing to install/);
    expect(output.match(/already live on sandbox, .*no drift/g)).toHaveLength(3);
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

  it('status --json tells hosts and history', async () => {
    const output = await expectGood('npx nx run master-controller:status --json');
    const line = output.split('\n').find((text) => text.startsWith('{')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
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

  describe('has become the person on duty', () => personOnDuty(() => root));

  it('npm test installs what it needs and ends with the count of its tests', async () => {
    const output = await expectGood('npm test -- runbook artifact');
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^\d+ passed, 0 failed/);
  }, 180_000);

  it('npm run sandbox:stop leaves nothing running', async () => {
    await expectGood('npm run sandbox:stop');
    await expect(fetch(`${controller}/api/auth/health`)).rejects.toThrow();
    await type('npx nx daemon --stop');
    const { stdout } = await execa('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((args) => args.includes(root))).toEqual([]);
  }, 60_000);
});
