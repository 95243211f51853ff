import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeWorkspace, type Workspace } from '@polydev/nx-deploy/testing/workspace';
import { describeReal, openRealHosts, type RealHost, type RealHosts } from '@polydev/sandbox/real';
import { execa } from 'execa';
import { makeDemo } from './demo';

const REPOSITORY = resolve(__dirname, '../../..');

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(180_000);

/** What docs/services.md tells somebody with bare servers, typed through Nx in a workspace with one service. */
describeReal('a bare server of one’s own', () => {
  let hosts: RealHosts;
  let machines: readonly RealHost[];
  let workspace: Workspace;

  beforeAll(async () => {
    hosts = await openRealHosts();
    machines = await Promise.all(['web-1', 'web-2'].map((name) => hosts.start(name)));
    workspace = makeWorkspace({
      '.deploy.yaml': manifest(),
      'apps/master-controller/project.json': {
        name: 'master-controller',
        targets: {
          build: {
            command: 'rm -rf dist && cp -r src dist',
            options: { cwd: '{projectRoot}' },
            outputs: ['{projectRoot}/dist'],
          },
        },
      },
    });
    await edition('v1');
  }, 300_000);
  afterAll(async () => {
    workspace.remove();
    await hosts.close();
  });

  /** Puts an edition of the demo service into the workspace and commits it. */
  const edition = async (version: string) => {
    const demo = await makeDemo(version);
    rmSync(join(workspace.root, 'apps/master-controller/src'), { recursive: true, force: true });
    cpSync(demo.directory, join(workspace.root, 'apps/master-controller/src'), { recursive: true });
    await demo.remove();
    workspace.commit();
  };
  const manifest = () => ({
    version: 1,
    targets: {
      'master-controller': {
        path: '/srv/master-controller/current',
        install: 'none',
        strategy: 'blue-green',
        service: { command: 'node server.js' },
        traffic: { port: 80, slots: { blue: 4001, green: 4002 }, observe: '1s' },
        health_check: 'http://127.0.0.1/health',
      },
    },
    environments: {
      sandbox: {
        hosts: machines.map(({ name, forward, ssh }) => ({
          name,
          address: forward.host,
          port: forward.port,
          user: 'deploy',
          identity_file: ssh.identityFile,
          known_hosts: ssh.knownHostsFile,
        })),
      },
    },
  });
  const type = async (line: string) => {
    const { exitCode, all } = await workspace.nx(line.replace('npx nx ', '').split(' '), {
      NX_DEFAULT_OUTPUT_STYLE: 'static',
    });
    return { good: exitCode === 0, output: all };
  };
  const expectGood = async (line: string) => {
    const { good, output } = await type(line);
    expect(good ? '' : output).toBe('');
    return output;
  };
  const versions = () =>
    Promise.all(
      machines.map(async (machine) => {
        const { stdout } = await machine.run(['curl', '-sS', '-m', '5', 'http://127.0.0.1/health']);
        return (JSON.parse(stdout) as { version: string }).version;
      }),
    );

  it('is refused by a deploy before it was set up, with the command that does it', async () => {
    const { good, output } = await type('npx nx run master-controller:deploy');
    expect(good).toBe(false);
    expect(output).toMatch(/AUTH_FAILED|SETUP_NEEDED/);
  });

  it('is set up, deployed to, and gone back on', async () => {
    const setUp = await expectGood('npx nx run master-controller:setup --as=root');
    expect(setUp).toContain('web-1 is ready for master-controller');
    expect(await expectGood('npx nx run master-controller:setup --as=root')).toContain('nothing was done');
    expect(await expectGood('npx nx run master-controller:deploy')).toMatch(/✓ move traffic +web-2/);
    expect(await versions()).toEqual(['v1', 'v1']);
    await edition('v2');
    await expectGood('npx nx affected -t deploy');
    expect(await versions()).toEqual(['v2', 'v2']);
    expect(await expectGood('npx nx run master-controller:rollback')).toContain('still warm in slot blue');
    expect(await versions()).toEqual(['v1', 'v1']);
    expect(await expectGood('npx nx run master-controller:status')).toMatch(/web-2/);
  });

  it('that is missing is left out on purpose, and brought level when it is back', async () => {
    await edition('v3');
    await machines[1]!.cutLink();
    const refused = await type('npx nx affected -t deploy');
    expect(refused.output).toContain('HOST_UNREACHABLE');
    const output = await expectGood('npx nx affected -t deploy --allow-missing-hosts');
    expect(output).toMatch(/web-2 cannot be reached and is left out/);
    expect(output).toMatch(/stays where it was: web-2 was not reached/);
    await machines[1]!.healLink();
    expect(await versions()).toEqual(['v3', 'v1']);
    await expectGood('npx nx affected -t deploy');
    expect(await versions()).toEqual(['v3', 'v3']);
  });
});

describeReal('hosts to play with', () => {
  it('are there as long as the command runs, with lines to enter and to deploy to them', async () => {
    const [command, ...args] = 'npm run sandbox -- --real'.split(' ');
    const running = spawn(command!, args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const ended = once(running, 'exit');
    let output = '';
    try {
      for await (const chunk of running.stdout) {
        output += String(chunk);
        if (/environments:[^]*known_hosts: \S+\n/.test(output)) break;
      }
      const ssh = /^ *(ssh -[^\n]+)$/m.exec(output)?.[1] ?? '';
      const { stdout } = await execa('sh', ['-c', `${ssh} systemctl is-system-running`], {
        stdin: 'ignore',
        timeout: 20_000,
      });
      expect(stdout).toBe('running');
    } finally {
      // Ctrl-C reaches all that runs in the terminal.
      process.kill(-running.pid!, 'SIGINT');
      await ended;
    }
    await expect(
      execa('sh', ['-c', `${/^ *(ssh -[^\n]+)$/m.exec(output)?.[1] ?? 'false'} true`], {
        stdin: 'ignore',
        timeout: 20_000,
      }),
    ).rejects.toThrow();
  });
});
