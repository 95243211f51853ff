import { sshdMissing, startSshd, type TestSshd } from '@polydev/host/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, makeWorkspace, ownEnvironment, project, type Workspace } from '../testing/workspace';

const missing = sshdMissing();
const describeSsh = missing === undefined || process.env['CI'] ? describe : describe.skip;
if (missing !== undefined) console.warn(missing);

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(240_000);

const NX = resolve(__dirname, '../../../node_modules/.bin/nx');
const NAMES = ['agent', 'api', 'web'];

let sshd: TestSshd;
let workspace: Workspace;

/** web comes after api, api after agent. */
const manifest = (webHook = '/bin/true'): string => `version: 1.0
state_dir: ${sshd.directory}/state
defaults: { keep: 20 }
targets:
  agent: { path: ${sshd.directory}/opt/agent, restart: 'echo agent >>${sshd.directory}/order' }
  api: { path: ${sshd.directory}/opt/api, depends_on: [agent], restart: 'echo api >>${sshd.directory}/order' }
  web:
    path: ${sshd.directory}/opt/web
    depends_on: [api]
    restart: 'echo web >>${sshd.directory}/order'
    post_deploy: ${webHook}
environments:
  sandbox:
    hosts:
      - { name: box, address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.clientKey.path}, known_hosts: ${sshd.knownHostsFile} }
`;
const live = (): readonly string[] =>
  NAMES.map((name) => readFileSync(join(sshd.directory, 'opt', name, 'source.txt'), 'utf8').trim());
/** The lines of a table that begin with a target's name, their columns parted by one space. */
const rows = ({ all }: Pick<Answer, 'all'>): readonly string[] =>
  all
    .split('\n')
    .filter((line) => /^(agent|api|web) +(box )?/.test(line) && !line.includes('→'))
    .map((line) => line.trim().replaceAll(/ +/g, ' '));
const order = (): readonly string[] => readFileSync(join(sshd.directory, 'order'), 'utf8').split('\n').filter(Boolean);
const records = () => {
  const folder = join(sshd.directory, 'state/deployments');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
};
/** Commits a version of some projects under a SHA that looks like a number to Nx, and deploys all of it. */
const deployAs = async (version: string, sha: RegExp, names = NAMES): Promise<string> => {
  workspace.commit(Object.fromEntries(names.map((name) => [`apps/${name}/source.txt`, `${name} ${version}\n`])));
  for (let tries = 0; !sha.test(workspace.git('rev-parse', 'HEAD')); tries += 1) {
    workspace.git('commit', '--quiet', '--amend', '--allow-empty', '--message', `${version}, try ${tries}`);
  }
  const answer = await workspace.nx(['affected', '-t', 'deploy', '--output-style=static']);
  expect({ version, exitCode: answer.exitCode, all: answer.exitCode === 0 ? '' : answer.all }).toEqual({
    version,
    exitCode: 0,
    all: '',
  });
  return workspace.git('rev-parse', 'HEAD');
};
const nx = (...args: string[]) => workspace.nx([...args, '--output-style=static']);

beforeAll(async () => {
  if (missing !== undefined) return;
  sshd = await startSshd();
  workspace = makeWorkspace({
    ...Object.assign({}, ...NAMES.map((name) => project(name))),
    '.deploy.yaml': manifest(),
  });
});
afterAll(async () => {
  if (missing !== undefined) return;
  workspace.remove();
  await sshd.stop();
});

// One story: each test goes on from where the one before it left the server.
describeSsh('going back, with Nx on a real server', () => {
  const shas: Record<string, string> = {};

  test('after three deployments, of which one was of one target', async () => {
    shas['1'] = await deployAs('1', /^\d{7}/);
    shas['2'] = await deployAs('2', /^\d{1,5}e\d/, ['api']);
    shas['3'] = await deployAs('3', /^[a-f]/);
    expect(live()).toEqual(['agent 3', 'api 3', 'web 3']);
  });

  test('looks first: --dry-run says where it would go, and touches nothing', async () => {
    const before = readFileSync(join(sshd.directory, 'state/targets/api/journal.jsonl'), 'utf8');
    const answer = await nx('run', 'api:rollback', '--dry-run');
    expect(answer.exitCode).toBe(0);
    expect(answer.all).toMatch(new RegExp(`goes back to +\\S+ \\(${shas['2']!.slice(0, 12)}\\)`));
    expect(readFileSync(join(sshd.directory, 'state/targets/api/journal.jsonl'), 'utf8')).toBe(before);
    expect(live()[1]).toBe('api 3');
  });

  test('one target, by a SHA that Nx takes for a number', async () => {
    const exponent = shas['2']!.slice(0, 7);
    const answer = await nx('run', 'api:rollback', `--sha=${exponent}`, '--reason=login fails');
    expect(answer.all).toContain('succeeded');
    expect(answer.exitCode).toBe(0);
    expect(live()).toEqual(['agent 3', 'api 2', 'web 3']);
    expect(records().at(-1)).toMatchObject({
      kind: 'rollback',
      outcome: 'succeeded',
      reason: 'login fails',
      sha: shas['2'],
      planned: ['api'],
    });
    const digits = await nx('run', 'api:rollback', '--sha', shas['1']!.slice(0, 7));
    expect(digits.exitCode).toBe(0);
    expect(live()[1]).toBe('api 1');
  });

  test('what cannot be is said, with what can', async () => {
    const answer = await nx('run', 'api:rollback', '--sha=0123456');
    expect(answer.exitCode).toBe(1);
    expect(answer.all).toContain('[SHA_UNKNOWN]');
    expect(answer.all).toMatch(new RegExp(`${shas['3']!.slice(0, 12)} +\\S+ +was gone back from`));
    expect(answer.all).not.toMatch(/^ +at /m);
    const word = await nx('run', 'api:rollback', '--sha=main', '--raeson=x');
    expect(word.all).toContain('--raeson: there is no such option; did you mean `--reason`?');
    const several = await nx('run-many', '-t', 'rollback');
    expect(several.exitCode).not.toBe(0);
    expect(several.all).toContain('[SHA_NEEDED]');
  });

  test('all targets, to what was live when that commit’s deployment had ended, in reverse graph order', async () => {
    const from = order().length;
    const answer = await nx('run-many', '-t', 'rollback', `--sha=${shas['2']!.slice(0, 7)}`, '--reason=all of it');
    expect(answer.all).toMatch(/Rollback \S+ on sandbox: succeeded; it undid \S+/);
    expect(answer.exitCode).toBe(0);
    expect(live()).toEqual(['agent 1', 'api 2', 'web 1']);
    expect(order().slice(from)).toEqual(['web', 'api', 'agent']);
    expect(rows(answer)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^agent box rolled back /),
        expect.stringMatching(/^api box rolled back /),
        expect.stringMatching(/^web box rolled back /),
      ]),
    );
    expect(records().at(-1)).toMatchObject({ kind: 'rollback', planned: NAMES, outcome: 'succeeded' });
  });

  test('what was gone back from is affected again', async () => {
    const { stdout } = await workspace.nx(['show', 'projects', '--affected', '--json']);
    expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(NAMES));
  });

  test('the last of three fails: the run goes back as one, the record lists every target, and Nx says that it failed', async () => {
    const before = live();
    workspace.commit({ '.deploy.yaml': manifest('/bin/false') });
    const from = order().length;
    const answer = await nx('affected', '-t', 'deploy');
    expect(answer.exitCode).not.toBe(0);
    expect(live()).toEqual(before);
    expect(order().slice(from)).toEqual(['agent', 'api', 'web', 'web', 'api', 'agent']);
    expect(answer.all).toMatch(/Deployment \S+ to sandbox: rolled-back/);
    expect(rows(answer).slice(-3)).toEqual(
      NAMES.map((name) => expect.stringMatching(new RegExp(`^${name} box taken back `))),
    );
    expect(
      records()
        .at(-1)
        .targets.map(({ target, outcome }: { target: string; outcome: string }) => [target, outcome]),
    ).toEqual(NAMES.map((name) => [name, 'taken-back']));
  });

  test('the first of three fails: the others were not reached, and the record says so', async () => {
    const before = live();
    workspace.commit({ '.deploy.yaml': manifest().replace('agent: { path', 'agent: { post_deploy: /bin/false, path') });
    const answer = await nx('affected', '-t', 'deploy');
    expect(answer.exitCode).not.toBe(0);
    expect(live()).toEqual(before);
    expect(
      records()
        .at(-1)
        .targets.map(({ target, outcome }: { target: string; outcome: string }) => [target, outcome]),
    ).toEqual([
      ['agent', 'taken-back'],
      ['api', 'not-reached'],
      ['web', 'not-reached'],
    ]);
  });

  test('a lock is broken only with a reason; what was cut off is then recovered', async () => {
    const runs = join(sshd.directory, 'hook-runs');
    workspace.commit({ '.deploy.yaml': manifest(`'touch ${runs}; sleep 120'`) });
    const deploy = spawn(process.execPath, [NX, 'run', 'web:deploy', '--exclude-task-dependencies'], {
      cwd: workspace.root,
      stdio: 'ignore',
      detached: true,
      env: { ...ownEnvironment(), NX_DAEMON: 'false', NX_CACHE_DIRECTORY: join(workspace.root, '.nx/cache') },
    });
    const journal = () => readFileSync(join(sshd.directory, 'state/targets/web/journal.jsonl'), 'utf8');
    // The journal says before it begins that it will.
    while (!existsSync(runs)) await sleep(100);
    process.kill(-deploy.pid!, 'SIGKILL');
    await once(deploy, 'exit');

    const held = await nx('run', 'web:rollback');
    expect(held.all).toContain('[LOCK_HELD]');
    expect((await nx('run', 'web:unlock')).all).toContain('--reason is missing');
    const unlocked = await nx('run', 'web:unlock', '--reason=the hook hangs');
    expect(unlocked.all).toContain('The lock on box is free');
    expect(unlocked.exitCode).toBe(0);
    expect(journal()).toContain('"reason":"the hook hangs"');

    const dry = await nx('run', 'web:recover', '--dry-run');
    expect(dry.all).toMatch(/Deployment \S+ of web would be undone \(.*swap.*\)/);
    const recovered = await nx('run', 'web:recover');
    expect(recovered.all).toMatch(/web on box: deployment \S+ was undone; \S+ serves/);
    expect(live()[2]).toBe('web 1');
    expect((await nx('run', 'web:recover')).all).toContain('nothing to recover');
    expect(records().at(-1)).toMatchObject({
      targets: [
        {
          target: 'web',
          outcome: 'taken-back',
          hosts: [{ notes: expect.arrayContaining([expect.stringContaining('the hook hangs')]) }],
        },
      ],
    });
  });
});
