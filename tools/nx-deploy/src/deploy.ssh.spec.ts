import { sshdMissing, startSshd, type TestSshd } from '@polydev/host/testing';
import { execa } from 'execa';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, makeWorkspace, ownEnvironment, project, type Workspace } from '../testing/workspace';
import { deployedRef } from './base/deployed-ref';

const missing = sshdMissing();
const describeSsh = missing === undefined || process.env['CI'] ? describe : describe.skip;
if (missing !== undefined) console.warn(missing);

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(180_000);

const NX = resolve(__dirname, '../../../node_modules/.bin/nx');
const DEPLOY = ['affected', '-t', 'deploy', '--output-style=static'];
/** One task instead of all that it depends on: enough to see how a run ends. */
const WEB_ALONE = ['run', 'web:deploy', '--exclude-task-dependencies'];
const DAEMON = { NX_DAEMON: 'true', NX_ISOLATE_PLUGINS: 'true' };

let sshd: TestSshd;
let workspace: Workspace;

const manifest = (webHook?: string): string => `version: 1.0
state_dir: ${sshd.directory}/state
targets:
  api: { path: ${sshd.directory}/opt/api }
  web:
    path: ${sshd.directory}/opt/web
    depends_on: [api]
${webHook === undefined ? '' : `    post_deploy: ${webHook}\n`}
environments:
  sandbox:
    hosts:
      - { name: box, address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.clientKey.path}, known_hosts: ${sshd.knownHostsFile} }
`;
/** Commits a version of web and its built output, as if its build had run. */
const build = (text: string, webHook?: string): void => {
  workspace.write({ 'apps/web/dist/source.txt': `${text}\n` });
  workspace.commit({ 'apps/web/source.txt': `${text}\n`, '.deploy.yaml': manifest(webHook) });
};
const live = (target: string): string => readFileSync(join(sshd.directory, 'opt', target, 'source.txt'), 'utf8').trim();
const changedSinceLive = (): readonly string[] =>
  workspace.git('diff', '--name-only', deployedRef('sandbox'), 'HEAD').split('\n').filter(Boolean);
/** The lines of a table that begin with a target's name, their columns parted by one space. */
const rows = ({ all }: Pick<Answer, 'all'>): readonly string[] =>
  all
    .split('\n')
    .filter((line) => /^(api|web) +box /.test(line))
    .map((line) => line.trim().replaceAll(/ +/g, ' '));

beforeAll(async () => {
  if (missing !== undefined) return;
  sshd = await startSshd();
  workspace = makeWorkspace({ ...project('api'), ...project('web'), '.deploy.yaml': manifest() });
});
afterAll(async () => {
  if (missing !== undefined) return;
  await workspace.nx(['daemon', '--stop'], DAEMON);
  workspace.remove();
  await sshd.stop();
});

// One story: each test goes on from where the one before it left the server.
describeSsh('nx affected -t deploy, on a real server', () => {
  test('deploys everything the first time, in graph order, as one deployment with one table at the end', async () => {
    const answer = await workspace.nx(DEPLOY);
    expect(answer.exitCode).toBe(0);
    expect([live('api'), live('web')]).toEqual(['api 1', 'web 1']);
    const id = /Deployment (\S+) to sandbox: succeeded/.exec(answer.all)?.[1];
    expect(rows(answer)).toEqual([`api box deployed ${id}`, `web box deployed ${id}`]);
    expect(answer.all.indexOf('api → sandbox')).toBeLessThan(answer.all.indexOf('web → sandbox'));
    expect(changedSinceLive()).toEqual([]);
  });

  test('has nothing to run when nothing changed', async () => {
    expect((await workspace.nx(DEPLOY)).all).toContain('No tasks were run');
  });

  test('ends a failed deployment with the table and the old release, and finds the change again', async () => {
    build('web 2', '/bin/false');
    const answer = await workspace.nx(WEB_ALONE);
    expect(answer.exitCode).toBe(1);
    expect(live('web')).toBe('web 1');
    expect(answer.all).toMatch(/Deployment \S+ to sandbox: rolled-back/);
    expect(rows(answer)).toEqual([expect.stringMatching(/^web box taken back /)]);
    expect(changedSinceLive()).toEqual(['.deploy.yaml', 'apps/web/source.txt']);
  });

  test('shows the failed deployment’s table under Nx’s daemon too', async () => {
    const answer = await workspace.nx(WEB_ALONE, DAEMON);
    expect(answer.exitCode).toBe(1);
    expect(answer.all).toMatch(/Deployment \S+ to sandbox: rolled-back/);
    expect(rows(answer)).toHaveLength(1);
    expect(answer.all).not.toMatch(/^ +at /m);
  });

  test('shows the table of one that succeeded under Nx’s daemon too', async () => {
    build('web 2');
    const answer = await workspace.nx(WEB_ALONE, DAEMON);
    expect(answer.exitCode).toBe(0);
    expect(live('web')).toBe('web 2');
    expect(rows(answer)).toEqual([expect.stringMatching(/^web box deployed /)]);
    expect(changedSinceLive()).toEqual([]);
  });

  test('deploys an edit before it is committed, and its undoing after', async () => {
    workspace.write({ 'apps/web/source.txt': 'web edited\n' });
    expect((await workspace.nx(DEPLOY)).exitCode).toBe(0);
    expect(live('web')).toBe('web edited');
    workspace.git('checkout', '--', 'apps/web/source.txt');
    expect((await workspace.nx(DEPLOY)).exitCode).toBe(0);
    expect(live('web')).toBe('web 2');
    expect(changedSinceLive()).toEqual([]);
  });

  test('ended by Ctrl-C, it takes back what it had begun, closes the deployment and tells so', async () => {
    build('web 3', 'sleep 60');
    const log = join(workspace.root, '.nx', 'log');
    const nx = startNx(log);
    while (!readFileSync(log, 'utf8').includes('✓ swap')) await sleep(50);
    process.kill(-(nx.pid ?? 0), 'SIGINT');
    const [exitCode] = await once(nx, 'exit');
    expect(exitCode).toBe(130);
    expect(live('web')).toBe('web 2');
    expect(rows({ all: readFileSync(log, 'utf8') })).toContainEqual(expect.stringMatching(/^web box taken back /));
    expect(changedSinceLive()).toContain('apps/web/source.txt');
  });

  test('status tells what is live and what happened, for programs too', async () => {
    const { stdout } = await door('status', 'web', '--json');
    const status = JSON.parse(stdout);
    expect(status).toMatchObject({
      target: 'web',
      environment: 'sandbox',
      hosts: [{ host: 'box', state: 'idle', sha: expect.stringMatching(/^[0-9a-f]{40}$/) }],
    });
    expect(status.history.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'taken-back',
      'moved',
      'moved',
      'moved',
      'taken-back',
      'taken-back',
      'moved',
    ]);
  });

  test('deployed-base asks the hosts afresh, and prints nothing but what Nx is to compare with', async () => {
    const before = workspace.git('rev-parse', deployedRef('sandbox'));
    workspace.git('update-ref', '-d', deployedRef('sandbox'));
    const { stdout, exitCode } = await door('deployed-base', '-c', 'sandbox');
    expect([exitCode, stdout]).toEqual([0, `${before}\n`]);
    expect(workspace.git('rev-parse', deployedRef('sandbox'))).toBe(before);
  });
});

/** Nx in a process group of its own, as a shell starts it; its output goes to a file. */
const startNx = (log: string): ChildProcess => {
  const file = openSync(log, 'w');
  return spawn(process.execPath, [NX, ...WEB_ALONE], {
    cwd: workspace.root,
    detached: true,
    stdio: ['ignore', file, file],
    env: { ...ownEnvironment(), NX_DAEMON: 'false' },
  });
};

const door = (name: string, ...args: string[]) =>
  execa(process.execPath, [join(__dirname, '../bin', `${name}.cjs`), ...args], {
    cwd: workspace.root,
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env: { ...ownEnvironment(), NX_DAEMON: 'false' },
  });
