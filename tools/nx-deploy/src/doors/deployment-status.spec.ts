import { execa } from 'execa';
import { resolve } from 'node:path';
import { makeWorkspace, ownEnvironment, project, type Workspace } from '../../testing/workspace';

const DOOR = resolve(__dirname, '../../bin/deployment-status.cjs');
/** Nothing listens on port 1 of this machine, so every connection is refused at once. */
const MANIFEST = `version: 1.0
targets:
  api: { path: /opt/api }
  web: { path: /opt/web }
environments:
  sandbox: { hosts: ['nobody@127.0.0.1:1'] }
  staging: { hosts: ['nobody@127.0.0.1:1'] }
`;

let workspace: Workspace;
beforeAll(() => {
  workspace = makeWorkspace({ ...project('api'), ...project('web'), '.deploy.yaml': MANIFEST });
});
afterAll(() => workspace.remove());

const deploymentStatus = (...args: string[]) =>
  execa(process.execPath, [DOOR, ...args], {
    cwd: workspace.root,
    reject: false,
    extendEnv: false,
    env: ownEnvironment(),
  });

test('answers programs with every target’s status in one array, also when a host cannot be asked', async () => {
  const { exitCode, stdout } = await deploymentStatus('--json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({ target: 'api', environment: 'sandbox', history: [] }),
    expect.objectContaining({ target: 'web', environment: 'sandbox', history: [] }),
  ]);
});

test('the commands it tells of reach the environment it was asked about', async () => {
  const { stderr } = await deploymentStatus('-c', 'staging');
  expect(stderr).toContain('`npx nx run api:status -c staging` says more.');
  expect((await deploymentStatus()).stderr).toContain('`npx nx run api:status` says more.');
});

test('refuses a limit without a target, whose history it would be', async () => {
  const { exitCode, stdout, stderr } = await deploymentStatus('--limit', '3', '--json');
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain('[OPTION_INVALID]');
  expect(stderr).toContain('--limit=3: ');
});
