import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeSsh } from '@polydev/host/testing';
import { ownEnvironment, type Workspace } from '@polydev/nx-deploy/testing/workspace';
import { execa } from 'execa';
import { agent, makeShop, service } from '../testing/shop';
import { startTestHost, type TestHost } from '../testing/test-host';
import { workflowPath } from '../testing/workflows';
import { runJob, type RanStep, type StandIn } from './run-job';
import { isTriggered, runWorkflow, type Trigger } from './run-workflow';
import { readWorkflow } from './workflow';

// Every job checks out, installs and starts Nx several times.
jest.setTimeout(900_000);

const REASON = 'slow; $(touch never) "quoted"';

/** Every step of the workflows as they stand in this repository, run against a real server. */
describeSsh('the workflows, run for real', () => {
  let host: TestHost;
  let shop: Workspace;
  let github: Server;
  const commits: Record<string, string> = {};

  beforeAll(async () => {
    host = await startTestHost();
    shop = await makeShop(host);
    commits['v1'] = shop.git('rev-parse', 'HEAD');
    github = createServer(({ url = '' }, answer) => {
      const role = url.includes('/mia/') ? 'maintain' : 'write';
      answer.end(JSON.stringify({ permission: 'write', role_name: role }));
    });
    await new Promise<void>((done) => github.listen(0, '127.0.0.1', done));
  });
  afterAll(async () => {
    await new Promise((done) => github.close(done));
    shop.remove();
    await host.stop();
  });

  const checkout =
    (sha: string): StandIn =>
    async ({ workspace }) => {
      await execa('git', ['clone', '--quiet', '--branch', 'main', shop.root, workspace]);
      await execa('git', ['checkout', '--quiet', '-B', 'main', sha], { cwd: workspace });
    };
  const nothing: StandIn = async () => undefined;

  /** Runs a workflow as GitHub would; each job in a fresh checkout. Returns the results and all that the logs show. */
  const run = async (file: string, trigger: Trigger, actor = 'mia') => {
    const workflow = await readWorkflow(workflowPath(file));
    expect(isTriggered(workflow, trigger)).toBe(true);
    const ran: Record<string, readonly RanStep[]> = {};
    const sha = shop.git('rev-parse', 'main');
    const results = await runWorkflow({
      workflow,
      trigger: {
        ...trigger,
        github: { ...trigger.github, sha, token: 'token-of-the-run' },
        secrets: host.secrets,
        vars: {
          DEPLOY_KNOWN_HOSTS: host.knownHosts,
          SMOKE_URLS: `http://127.0.0.1:${host.ports.controller}/version`,
        },
      },
      runJob: async (job, contexts) => {
        const folder = join(host.home, 'runner', job.id);
        rmSync(folder, { recursive: true, force: true });
        const one = await runJob(
          {
            workflow,
            job,
            runner: {
              workspace: join(folder, 'shop'),
              temp: join(folder, 'temp'),
              env: {
                ...(ownEnvironment() as Record<string, string>),
                PATH: host.path,
                HOME: host.home,
                CI: 'true',
                GITHUB_ACTIONS: 'true',
                GITHUB_SHA: sha,
                GITHUB_REF: trigger.github.ref,
                GITHUB_ACTOR: actor,
                GITHUB_REPOSITORY: 'acme/shop',
                GITHUB_API_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}`,
              },
              actions: {
                'actions/checkout': checkout(sha),
                'actions/setup-node': nothing,
                'actions/cache': nothing,
                'actions/cache/restore': nothing,
              },
            },
          },
          contexts,
        );
        ran[job.id] = one.ran;
        return one;
      },
    });
    const log = Object.entries(ran)
      .flatMap(([id, steps]) => steps.map((step) => `── ${id}, ${step.title}: ${step.outcome}\n${step.log}`))
      .join('\n');
    return { results, log };
  };
  const push: Trigger = { github: { event_name: 'push', ref: 'refs/heads/main' } };
  const dispatch = (sha: string): Trigger => ({
    github: { event_name: 'workflow_dispatch', ref: 'refs/heads/main' },
    inputs: { sha, reason: REASON },
  });
  const versionAt = async (port: number) => (await fetch(`http://127.0.0.1:${port}/version`)).text();
  const live = async () => [await versionAt(host.ports.controller), await versionAt(host.ports.frontend)];
  const expectResults = (one: Awaited<ReturnType<typeof run>>, results: Readonly<Record<string, string>>) =>
    // The log, where the results differ, is what a failing test has to show.
    expect({ ...one, log: JSON.stringify(one.results) === JSON.stringify(results) ? '' : one.log }).toEqual({
      results,
      log: '',
    });

  test('a push deploys all that was never deployed, and proves it', async () => {
    const one = await run('deploy.yml', push);
    expectResults(one, {
      verify: 'success',
      approval: 'success',
      deploy: 'success',
      'golden-image': 'success',
      health: 'success',
      rollback: 'skipped',
    });
    expect(await live()).toEqual(['v1', 'v1']);
    expect(one.log).not.toContain(host.secrets.DEPLOY_SERVER);
    host.secrets.DEPLOY_SSH_KEY.split('\n')
      .filter((line) => line !== '')
      .forEach((line) => expect(one.log).not.toContain(line));
  });

  test('a push whose smoke test fails goes back to what was live', async () => {
    shop.commit({ 'apps/master-controller/src/main.js': service('v2', 500) });
    const one = await run('deploy.yml', push);
    expectResults(one, {
      verify: 'success',
      approval: 'success',
      deploy: 'success',
      'golden-image': 'skipped',
      health: 'failure',
      rollback: 'success',
    });
    expect(one.log).toContain('Rollback');
    expect(await live()).toEqual(['v1', 'v1']);
  });

  test('the next push deploys what was gone back from as well, mended', async () => {
    commits['v3'] = shop.commit({
      'apps/master-controller/src/main.js': service('v3'),
      'apps/vm-agent/src/main.js': agent('v3'),
    });
    const { results } = await run('deploy.yml', push);
    expect(results).toMatchObject({ deploy: 'success', 'golden-image': 'success', health: 'success' });
    expect(await live()).toEqual(['v3', 'v1']);
  });

  test('what docs/ci.md says for a laptop does the same there', async () => {
    const laptop = join(host.home, 'laptop');
    await checkout('main')({ workspace: laptop, with: {} });
    const lines = [
      'npm run -s deployed-base -- -c production',
      'npx nx affected -t lint typecheck test --base=refs/deployed/production',
      'scripts/deploy.sh -c production',
      'scripts/deployment-status.sh -c production',
    ];
    const { exitCode, all } = await execa(
      'scripts/with-deploy-key.sh',
      ['bash', '-ec', ['npm ci', ...lines].join('\n')],
      {
        cwd: laptop,
        extendEnv: false,
        env: { ...ownEnvironment(), PATH: host.path, HOME: host.home, ...host.secrets },
        stdin: 'ignore',
        all: true,
        reject: false,
      },
    );
    expect(exitCode === 0 ? '' : all).toBe('');
    expect(all).toMatch(/master-controller +\S+ +[0-9a-f]{7} +healthy/);
  });

  test('somebody who is no maintainer is refused a rollback, and nothing changes', async () => {
    const one = await run('rollback.yml', dispatch(commits['v1']!), 'wim');
    expectResults(one, { maintainer: 'failure', rollback: 'skipped' });
    expect(one.log).toContain('[MAINTAINER_NEEDED] wim');
    expect(await live()).toEqual(['v3', 'v1']);
  });

  test.each(['$(touch never)', '--target=master-controller', 'abc; reboot'])(
    'a maintainer who asks for %j is told what is wrong, and nothing changes',
    async (sha) => {
      const one = await run('rollback.yml', dispatch(sha));
      expectResults(one, { maintainer: 'success', rollback: 'failure' });
      expect(one.log).toMatch(/\[[A-Z_]+\]/);
      expect(one.log).not.toMatch(/\n {4}at /);
      expect(await live()).toEqual(['v3', 'v1']);
    },
  );

  test('a maintainer goes back to a commit, with a reason that no shell reads', async () => {
    const one = await run('rollback.yml', dispatch(commits['v1']!.slice(0, 10)));
    expectResults(one, { maintainer: 'success', rollback: 'success' });
    expect(await live()).toEqual(['v1', 'v1']);
    const records = join(host.home, 'opt/polydev-ai/deployments');
    const newest =
      readdirSync(records)
        .sort()
        .filter((name) => name.endsWith('.json'))
        .at(-1) ?? '';
    expect(JSON.parse(readFileSync(join(records, newest), 'utf8'))).toMatchObject({ kind: 'rollback', reason: REASON });
    expect(existsSync(join(host.home, 'runner/rollback/shop/never'))).toBe(false);
  });
});
