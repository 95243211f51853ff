import { sshdMissing, startSshd, type TestSshd } from '@polydev/host/testing';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorkspace, project, type Workspace } from '../testing/workspace';

const missing = sshdMissing();
const describeSsh = missing === undefined || process.env['CI'] ? describe : describe.skip;
if (missing !== undefined) console.warn(missing);

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(180_000);

let sshd: TestSshd;
let workspace: Workspace;

/** Without the tasks it depends on, to be quick. */
const ALONE = ['--exclude-task-dependencies', '--output-style=static'];

const manifest = (): string => `version: 1.0
state_dir: ${sshd.directory}/state
targets:
  api: { path: ${sshd.directory}/opt/api }
  web:
    path: ${sshd.directory}/opt/web
    depends_on: [api]
environments:
  sandbox:
    hosts:
      - { name: box, address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.clientKey.path}, known_hosts: ${sshd.knownHostsFile} }
`;
const live = (target: string): string => readFileSync(join(sshd.directory, 'opt', target, 'source.txt'), 'utf8').trim();
/** Everything on the server's disk with its time of change. */
const disk = (): string =>
  ['state', 'opt']
    .filter((folder) => existsSync(join(sshd.directory, folder)))
    .map((folder) =>
      execFileSync('find', [join(sshd.directory, folder), '-printf', '%p %y %s %T@ %C@ %l\n'], { encoding: 'utf8' }),
    )
    .join('');
/** What the checkout knows of deployments: refs, and the runs that were opened. */
const checkout = () => ({
  refs: workspace.git('for-each-ref', '--format=%(refname) %(objectname)'),
  runs: folder('runs'),
  ids: folder('ids'),
});
const folder = (kind: string): readonly string[] => {
  const path = join(workspace.root, '.nx/workspace-data/polydev', kind);
  return existsSync(path) ? readdirSync(path) : [];
};
const untouched = async (args: readonly string[]) => {
  const before = { disk: disk(), ...checkout() };
  const answer = await workspace.nx(args);
  expect({ disk: disk(), ...checkout() }).toEqual(before);
  return answer;
};
const hashOf = (all: string, target = 'web'): string =>
  new RegExp(`^${target} → sandbox: plan (p[0-9a-f]{12})$`, 'm').exec(all)?.[1] ?? '';

beforeAll(async () => {
  if (missing !== undefined) return;
  sshd = await startSshd();
  workspace = makeWorkspace({ ...project('api'), ...project('web'), '.deploy.yaml': manifest() });
  // The ref that `nx affected` needs is made by any command of Nx.
  await workspace.nx(['show', 'projects']);
});
afterAll(async () => {
  if (missing !== undefined) return;
  workspace.remove();
  await sshd.stop();
});

// One story: each test goes on from where the one before it left the server.
describeSsh('plans, on a real server', () => {
  test('affected --dry-run shows every target’s plan before the first deploy, and touches nothing', async () => {
    const answer = await untouched(['affected', '-t', 'deploy', '--dry-run', '--output-style=static']);
    expect(answer.exitCode).toBe(0);
    expect(answer.all).toContain('nothing is deployed there yet');
    expect([hashOf(answer.all, 'api'), hashOf(answer.all)]).toEqual([
      expect.stringMatching(/^p/),
      expect.stringMatching(/^p/),
    ]);
    expect(answer.all).not.toMatch(/Deployment \S+ to sandbox/);
  });

  test('--dry-run of one target does not deploy those it depends on', async () => {
    expect((await workspace.nx(['run-many', '-t', 'deploy', '--output-style=static'])).exitCode).toBe(0);
    workspace.commit({ 'apps/api/source.txt': 'api 2\n', 'apps/web/source.txt': 'web 2\n' });
    const answer = await untouched(['run', 'web:deploy', '--dry-run']);
    expect(answer.exitCode).toBe(0);
    expect([live('api'), live('web')]).toEqual(['api 1', 'web 1']);
    expect(answer.all).toContain('apps/web/source.txt');
    expect(answer.all).toMatch(/Before it, api is deployed, by plan p/);
    expect((await untouched(['run', 'web:deploy', '--', '--dry-run'])).exitCode).toBe(0);
    const slip = await untouched(['run', 'web:deploy', '--dryrun']);
    expect(slip.exitCode).toBe(1);
    expect(slip.all).toContain('did you mean `--dry-run`?');
    expect(slip.all).not.toContain('api:deploy');
    const server = disk();
    const unknown = await workspace.nx(['run', 'web:deploy', '--force']);
    expect(unknown.exitCode).not.toBe(0);
    expect(disk()).toBe(server);
    expect(unknown.all).toContain('--force: there is no such option');
  });

  test('plan shows the same, and tells programs all of it', async () => {
    const shown = await untouched(['run', 'web:plan']);
    expect(shown.exitCode).toBe(0);
    const { stdout } = await untouched(['run', 'web:plan', '--json']);
    const plan = JSON.parse(stdout.split('\n').find((line) => line.startsWith('{"version"')) ?? '{}');
    expect(plan).toMatchObject({
      hash: hashOf(shown.all),
      target: 'web',
      hosts: [
        {
          host: 'box',
          action: 'deploy',
          files: { changed: [{ path: 'source.txt', size: 6, before: 6 }] },
          live: { sha: workspace.git('rev-parse', 'HEAD~1') },
        },
      ],
      changes: [
        {
          commits: { added: { total: 1, touching: [{ subject: 'a change' }] } },
          reached: [{ project: 'web', files: ['apps/web/source.txt'] }],
        },
      ],
    });
  });

  test('--plan refuses what a dependency would do when its plan was not given, and then does just both', async () => {
    const { all } = await workspace.nx(['run', 'web:deploy', '--dry-run']);
    const given = /--plan=(\S+)`/.exec(all)?.[1] ?? '';
    const [web = '', api = ''] = given.split(',');
    expect(web).toBe(hashOf(all));

    const refused = await workspace.nx(['run', 'web:deploy', `--plan=${web}`, '--output-style=static']);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.all).toContain('[PLAN_NOT_GIVEN]');
    expect(refused.all).toContain(`--plan=${web},${api}`);
    expect([live('api'), live('web')]).toEqual(['api 1', 'web 1']);

    expect((await workspace.nx(['run', 'web:deploy', `--plan=${given}`])).exitCode).toBe(0);
    expect([live('api'), live('web')]).toEqual(['api 2', 'web 2']);
  });

  test('--plan refuses when the world has changed, says what, and takes the new plan', async () => {
    workspace.commit({ 'apps/web/source.txt': 'web 3\n' });
    const old = hashOf((await workspace.nx(['run', 'web:plan'])).all);
    writeFileSync(join(sshd.directory, 'opt/web/source.txt'), 'by hand\n');
    const refused = await workspace.nx(['run', 'web:deploy', `--plan=${old}`, ...ALONE]);
    expect(refused.exitCode).toBe(1);
    expect(refused.all).toContain(`Since plan ${old} was shown, this has changed`);
    expect(refused.all).toContain('box: files changed by hand: source.txt (changed) is new');
    expect(live('web')).toBe('by hand');

    const now = /--plan=(p[0-9a-f]{12})`/.exec(refused.all)?.[1] ?? '';
    expect(hashOf((await untouched(['run', 'web:plan'])).all)).toBe(now);
    expect((await workspace.nx(['run', 'web:deploy', `--plan=${now}`, ...ALONE])).exitCode).toBe(0);
    expect(live('web')).toBe('web 3');

    const idle = await workspace.nx(['run', 'web:deploy', '--plan=p000000000000', ...ALONE]);
    expect(idle.exitCode).not.toBe(0);
    expect(idle.all).toContain('p000000000000 is not what a deploy of web to sandbox would do');
    const own = hashOf((await untouched(['run', 'web:plan'])).all);
    expect((await workspace.nx(['run', 'web:deploy', `--plan=${own}`, ...ALONE])).exitCode).toBe(0);
  });

  test('what cannot be a hash touches nothing, also where Nx makes a number of it', async () => {
    const before = disk();
    const answer = await workspace.nx(['run', 'web:deploy', '--plan=12345e7', ...ALONE]);
    expect(answer.exitCode).toBe(1);
    expect(answer.all).toContain('--plan=12345e7: should be a hash');
    expect(disk()).toBe(before);
  });

  test('a plan that was not shown here cannot be compared, and that is said', async () => {
    workspace.write({ 'apps/web/dist/source.txt': 'web 4\n' });
    const refused = await workspace.nx(['run', 'web:deploy', '--plan=p123450000000', ...ALONE]);
    expect(refused.all).toContain('[PLAN_CHANGED] p123450000000 is not what a deploy of web to sandbox would do');
    expect(live('web')).toBe('web 3');
  });
});
