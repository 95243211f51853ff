import { projectGraph } from '../testing/project-graph';
import { makeWorkspace, NX_JSON, project, type Workspace } from '../testing/workspace';
import { deployedRef } from './base/deployed-ref';
import { moveDeployedRef } from './base/move-deployed-ref';

/** Nothing listens on port 1 of this machine, so every connection is refused at once. */
const MANIFEST = `version: 1.0
targets:
  api: { path: /opt/api }
  web: { path: /opt/web, post_deploy: bash /opt/api/after.sh }
  site: { path: /opt/site, build_command: make site, artifact: out/site, depends_on: [web] }
environments:
  sandbox: { hosts: ['nobody@127.0.0.1:1'] }
  staging: { hosts: ['nobody@127.0.0.1:1'], targets: { web: { golden_image: true } } }
`;
const FILES = {
  ...project('api'),
  ...project('web'),
  'apps/site/project.json': { name: '@acme/site', targets: { env: { command: 'env' } } },
  'libs/tool/project.json': { name: 'tool' },
  '.deploy.yaml': MANIFEST,
};

let workspace: Workspace;
beforeAll(() => {
  workspace = makeWorkspace(FILES);
});
afterAll(() => workspace.remove());

const json = async (...args: string[]) => JSON.parse((await workspace.nx(args)).stdout);
const tasksOf = (graph: { tasks: { tasks: object } }): readonly string[] => Object.keys(graph.tasks.tasks).sort();
const deploysOf = (graph: { tasks: { tasks: object } }): readonly string[] =>
  tasksOf(graph).filter((id) => id.endsWith(':deploy'));
const affected = () => json('affected', '-t', 'deploy', '--graph=stdout');

/** As if everything had just been deployed to the sandbox. */
const deployed = (sha: string): void => {
  moveDeployedRef({
    root: workspace.root,
    environment: 'sandbox',
    graph: projectGraph({ api: { root: 'apps/api' }, web: { root: 'apps/web' }, '@acme/site': { root: 'apps/site' } }),
    targets: ['api', 'web', 'site'].map((name) => ({ name, project: name === 'site' ? '@acme/site' : name })),
    live: ['api', 'web', 'site'].map((target) => ({ target, host: 'h1', sha })),
  });
};

describe('in a fresh clone', () => {
  test('everything counts as changed, and that is said aloud', async () => {
    const answer = await workspace.nx(['affected', '-t', 'deploy', '--graph=stdout']);
    expect(deploysOf(JSON.parse(answer.stdout))).toEqual(['@acme/site:deploy', 'api:deploy', 'web:deploy']);
    expect(answer.stderr).toContain('refs/deployed/sandbox is not there, so it is not known what sandbox runs');
  });
});

describe('targets of the manifest', () => {
  test('get deploy and status, described, with a configuration for every environment', async () => {
    const { targets } = await json('show', 'project', 'api', '--json');
    expect(targets.deploy).toMatchObject({
      executor: '@polydev/nx-deploy:deploy',
      cache: false,
      options: { target: 'api', manifest: '.deploy.yaml' },
      configurations: { sandbox: {}, staging: {}, production: {} },
      metadata: { description: expect.stringMatching(/^Deploys api to the hosts of an environment/) },
    });
    expect(targets.status.metadata.description).toMatch(/^Shows what api runs on every host/);
  });

  test('are built by their build_command where the project has no build of its own', async () => {
    const { targets } = await json('show', 'project', '@acme/site', '--json');
    expect(targets.build).toMatchObject({
      executor: 'nx:run-commands',
      options: { command: 'make site', cwd: 'apps/site' },
      cache: true,
      outputs: ['{workspaceRoot}/out/site'],
    });
    expect(targets.deploy.options.target).toBe('site');
  });

  test('are deployed after preflight, their build, their test, and what they depend on', async () => {
    const { tasks } = await json('run-many', '-t', 'deploy', '--graph=stdout');
    expect(tasks.dependencies['api:deploy']).toEqual(['workspace-under-test:preflight', 'api:build', 'api:test']);
    expect(tasks.dependencies['web:deploy']).toContain('api:deploy');
    expect(tasks.dependencies['@acme/site:deploy']).toEqual([
      'workspace-under-test:preflight',
      '@acme/site:build',
      'web:deploy',
    ]);
  });

  test('have tasks for golden images where any environment makes one of them', async () => {
    const { targets } = await json('show', 'project', 'web', '--json');
    expect(targets['golden-image']).toMatchObject({
      executor: '@polydev/nx-deploy:golden-image',
      cache: false,
      dependsOn: ['deploy'],
      configurations: { sandbox: {}, staging: {}, production: {} },
    });
    expect(targets.vms.metadata.description).toMatch(/^Lists the VMs that run from the golden images of web/);
    expect(Object.keys((await json('show', 'project', 'api', '--json')).targets)).not.toContain('golden-image');
    const here = await workspace.nx(['run', 'web:vms', '--output-style=static']);
    expect(here.all).toContain('[NO_GOLDEN_IMAGE]');
    expect(here.all).toContain('web is the agent of no golden image in sandbox');
    expect(here.exitCode).toBe(1);
  });

  test('stand in the manifest that nx.json names', async () => {
    const { '.deploy.yaml': _, 'nx.json': nxJson, ...files } = { ...FILES, 'nx.json': NX_JSON };
    const other = makeWorkspace({
      ...files,
      'deploy/manifest.yaml': MANIFEST,
      'nx.json': {
        ...nxJson,
        plugins: [{ plugin: '@polydev/nx-deploy', options: { manifest: 'deploy/manifest.yaml' } }],
      },
    });
    const { targets } = JSON.parse((await other.nx(['show', 'project', 'api', '--json'])).stdout);
    other.remove();
    expect(targets.deploy.options).toEqual({ target: 'api', manifest: 'deploy/manifest.yaml' });
  });

  test('other projects get nothing', async () => {
    expect((await json('show', 'project', 'tool', '--json')).targets).toEqual({});
  });
});

describe('nx affected -t deploy', () => {
  test('finds every target of a manifest that changed: it shapes their releases', async () => {
    deployed(workspace.git('rev-parse', 'HEAD'));
    workspace.commit({ '.deploy.yaml': `${MANIFEST}# changed` });
    expect(deploysOf(await affected())).toEqual(['@acme/site:deploy', 'api:deploy', 'web:deploy']);
  });

  test('finds nothing to do when HEAD is live', async () => {
    deployed(workspace.git('rev-parse', 'HEAD'));
    expect(tasksOf(await affected())).toEqual([]);
  });

  test('finds what was committed since, what comes before it, and what is not committed yet', async () => {
    deployed(workspace.git('rev-parse', 'HEAD'));
    workspace.commit({ 'apps/web/source.txt': 'web 2\n' });
    expect(deploysOf(await affected())).toEqual(['api:deploy', 'web:deploy']);
    workspace.write({ 'apps/site/new.txt': 'untracked' });
    expect(deploysOf(await affected())).toContain('@acme/site:deploy');
    workspace.commit();
  });

  test('finds what was reverted after it had been deployed', async () => {
    const bad = workspace.commit({ 'apps/api/source.txt': 'bad\n' });
    deployed(bad);
    workspace.git('revert', '--no-edit', bad);
    expect(deploysOf(await affected())).toEqual(['api:deploy']);
  });

  test('refuses to compare one environment with what another runs, and says how to do it', async () => {
    const answer = await workspace.nx(['affected', '-t', 'deploy', '-c', 'staging']);
    expect(answer.exitCode).toBe(1);
    expect(answer.all).toContain('[BASE_OF_ANOTHER_ENVIRONMENT] This would deploy to staging what changed since');
    expect(answer.all).toContain('`npx nx affected -t deploy -c staging --base=refs/deployed/staging`');
    expect(answer.all).not.toMatch(/^ +at /m);
    expect(workspace.git('rev-parse', deployedRef('staging'))).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe('a task', () => {
  test('says everything that is wrong with its options, in our words', async () => {
    const { exitCode, all } = await workspace.nx([
      'run',
      'api:status',
      'now',
      '--limti=3',
      '--limit=12345e7x',
      '--sha=1234567',
    ]);
    expect(exitCode).toBe(1);
    expect(all).toContain('[OPTION_INVALID] api:status was not run, because of its options:');
    expect(all).toContain('  now: it takes no arguments without a name\n');
    expect(all).toContain('  --limti: there is no such option; did you mean `--limit`?\n');
    expect(all).toContain('  --limit=12345e7x: should be a whole number from 1 to 1000\n');
    expect(all).toContain('  --sha: there is no such option\n');
  });

  test('refuses an environment that does not exist, where Nx would take the default', async () => {
    const { exitCode, all } = await workspace.nx(['run', 'api:status', '-c', 'stagging']);
    expect(exitCode).toBe(1);
    expect(all).toContain('[ENVIRONMENT_UNKNOWN]');
    expect(all).toContain('Did you mean `-c staging`?');
  });

  test('answers as JSON on standard output, also when a host cannot be asked', async () => {
    const { exitCode, stdout } = await workspace.nx(['run', 'api:status', '--json']);
    expect(exitCode).toBe(1);
    const line = stdout.split('\n').filter((text) => text.startsWith('{'));
    expect(line).toHaveLength(1);
    expect(JSON.parse(line[0]!)).toMatchObject({ target: 'api', environment: 'sandbox', history: [] });
  });

  test('names environment and hosts before anything else, and preflight stops every deploy', async () => {
    const { exitCode, all } = await workspace.nx(['run', 'api:deploy', '--output-style=static']);
    expect(exitCode).not.toBe(0);
    const said = all.split('nx run workspace-under-test:preflight')[1]!.split('\n').filter(Boolean);
    expect(said[0]).toBe('Deploying to sandbox: 127.0.0.1');
    expect(all).toContain('[HOST_UNREACHABLE]');
    expect(all).not.toContain('> nx run api:deploy');
  });
});

describe('a manifest that is wrong', () => {
  afterAll(() => workspace.write({ '.deploy.yaml': MANIFEST }));

  test('breaks no other command, and every deploy says what is wrong with it', async () => {
    workspace.write({ '.deploy.yaml': MANIFEST.replace('path: /opt/api', 'paht: /opt/api') });
    const other = await workspace.nx(['run', 'api:test']);
    expect([other.exitCode, other.stderr]).toEqual([0, expect.stringContaining('targets/api/paht')]);
    const deploy = await workspace.nx(['run', 'api:deploy', '--output-style=static']);
    expect(deploy.exitCode).not.toBe(0);
    expect(deploy.stdout).toContain('[MANIFEST_INVALID]');
    expect(deploy.stdout).toContain('did you mean `path`?');
  });

  test('is not even YAML, and the deploys still say so', async () => {
    workspace.write({ '.deploy.yaml': `${MANIFEST}\n  broken: [` });
    const deploy = await workspace.nx(['run', 'api:deploy', '--output-style=static']);
    expect(deploy.stdout).toContain('[MANIFEST_INVALID]');
    expect(deploy.all).not.toMatch(/^ +at /m);
  });

  test('names a target after no project: preflight says which it could be', async () => {
    workspace.write({ '.deploy.yaml': MANIFEST.replaceAll(/([{ ]) web:/g, '$1 webb:').replace('[web]', '[webb]') });
    const { stdout } = await workspace.nx(['run', 'api:deploy', '--output-style=static']);
    expect(stdout).toContain(
      '[TARGET_WITHOUT_PROJECT] .deploy.yaml names targets after projects that this workspace does not have:',
    );
    expect(stdout).toContain('webb: there is no such project; did you mean `web`?');
    expect(stdout).toContain('The projects are @acme/site, api, tool, web.');
  });
});

describe.each(['false', 'true'])('with NX_DAEMON=%s', (daemon) => {
  const env = { NX_DAEMON: daemon, NX_ISOLATE_PLUGINS: 'true' };
  const RUN_NAME = /^\d+-[0-9a-f]{8}$/;
  const nameOfRun = async (tries = 3): Promise<string> => {
    const { stdout, all } = await workspace.nx(['run', '@acme/site:env', '--skip-nx-cache'], env);
    // On a busy machine Nx may lose all that a short task printed.
    if (!/^PATH=/m.test(stdout) && tries > 1) return nameOfRun(tries - 1);
    // The whole output, where the name is not in it, is what a failing test has to show.
    return /^POLYDEV_RUN=(.+)$/m.exec(stdout)?.[1] ?? all;
  };
  // Two clients that start a daemon at once can break it, which is Nx's: it says so, and works on without one.
  beforeAll(() => workspace.nx(['run', '@acme/site:env'], env));
  afterAll(() => workspace.nx(['daemon', '--stop'], env));

  test('every run of Nx has a name of its own, which its tasks know', async () => {
    const names = await Promise.all([1, 2, 3, 4].map(() => nameOfRun()));
    for (const name of names) expect(name).toMatch(RUN_NAME);
    expect(new Set(names).size).toBe(4);
  });

  test('so has a run after the daemon failed, which Nx switches off then', async () => {
    workspace.write({ '.nx/workspace-data/d/disabled': 'it failed' });
    expect(await nameOfRun()).toMatch(RUN_NAME);
    await workspace.nx(['reset', '--only-daemon'], env);
  });
});
