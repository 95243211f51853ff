import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeWorkspace, ownEnvironment, publishTo, type Workspace } from '@polydev/nx-deploy/testing/workspace';
import { describeReal, openRealHosts, type RealHost, type RealHosts } from '@polydev/sandbox/real';
import { execa } from 'execa';
import { makeDemo } from './demo';

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(300_000);

/** A host as it comes from its maker again: nothing of ours, and another key. */
const SET_UP_ANEW = `
systemctl stop 'polydev-*' 2>/dev/null
userdel --force --remove deploy 2>/dev/null
rm -rf /srv/master-controller /opt/polydev-ai /etc/polydev /etc/sudoers.d/polydev-* /etc/systemd/system/*polydev-* /etc/systemd/system/*/polydev-*
systemctl daemon-reload
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -A
systemctl restart ssh
`;

/** What docs/operations.md tells whoever looks after the servers, typed in a workspace whose production asks for approvals and signatures. */
describeReal('whoever looks after the servers', () => {
  let hosts: RealHosts;
  let machines: readonly RealHost[];
  let workspace: Workspace;
  let home: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'operator-'));
    hosts = await openRealHosts();
    machines = await Promise.all(['web-1', 'web-2'].map((name) => hosts.start(name)));
    workspace = makeWorkspace({
      '.deploy.yaml': manifest(1),
      'deploy/allowed_signers': ['lead', 'developer'].map((name) => `${name}@example.com ${publicKey(name)}`).join(''),
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
    publishTo(workspace, join(home, 'remote.git'));
    await edition('v1');
  });
  afterAll(async () => {
    workspace.remove();
    await hosts.close();
    rmSync(home, { recursive: true, force: true });
  });

  const keyOf = (name: string) => join(home, `signs-${name}`);
  const publicKey = (name: string): string => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', keyOf(name)]);
    return `${readFileSync(`${keyOf(name)}.pub`, 'utf8').trim()}\n`;
  };
  const publish = () => {
    workspace.commit();
    workspace.git('push', '--quiet', 'origin', 'main');
  };
  const edition = async (version: string) => {
    const demo = await makeDemo(version);
    rmSync(join(workspace.root, 'apps/master-controller/src'), { recursive: true, force: true });
    cpSync(demo.directory, join(workspace.root, 'apps/master-controller/src'), { recursive: true });
    await demo.remove();
    publish();
  };
  const manifest = (count: number) => ({
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
      production: {
        approval: 'required',
        allowed_signers: 'deploy/allowed_signers',
        roles: { maintainers: ['lead@example.com'], deployers: ['developer@example.com'] },
        known_hosts: 'deploy/known_hosts',
        hosts: machines.slice(0, count).map(({ name, forward, ssh }) => ({
          name,
          address: forward.host,
          port: forward.port,
          user: 'deploy',
          identity_file: ssh.identityFile,
        })),
      },
    },
  });
  const type = async (line: string, env: Readonly<Record<string, string>> = {}) => {
    const { exitCode, all } = await execa('bash', ['-euc', line.replace('npx nx', 'npx --no-install nx')], {
      cwd: workspace.root,
      all: true,
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: {
        ...ownEnvironment(),
        NX_DAEMON: 'false',
        NX_DEFAULT_OUTPUT_STYLE: 'static',
        DEPLOY_SIGNING_KEY: keyOf('developer'),
        ...env,
      },
    });
    return { good: exitCode === 0, output: all };
  };
  const expectGood = async (line: string, env?: Readonly<Record<string, string>>) => {
    const { good, output } = await type(line, env);
    expect(good ? '' : output).toBe('');
    return output;
  };
  const lead = () => ({ DEPLOY_SIGNING_KEY: keyOf('lead') });
  /** Deploys what somebody else has approved. */
  const deployApproved = async () => {
    const plan = await expectGood('npx nx run master-controller:plan -c production');
    const PLAN = /--plan=([0-9a-f]{64})/.exec(plan)?.[1] ?? plan;
    await expectGood('npx nx run master-controller:approve -c production --plan=$PLAN', { ...lead(), PLAN });
    return expectGood('npx nx run master-controller:deploy -c production');
  };
  const versions = (count: number) =>
    Promise.all(
      machines.slice(0, count).map(async (machine) => {
        const { stdout } = await machine.run(['curl', '-sS', '-m', '5', 'http://127.0.0.1/health']);
        return (JSON.parse(stdout) as { version: string }).version;
      }),
    );
  const fingerprintOf = async (machine: RealHost) => {
    const { stdout } = await machine.run(['ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub']);
    return stdout.split(' ')[1] ?? stdout;
  };
  const setUp = async () => {
    await expectGood('npx nx run master-controller:setup -c production --as=root');
  };

  it('trusts a host by its fingerprint, sets it up, and deploys what somebody else approved', async () => {
    const shown = await type('npx nx run master-controller:trust -c production');
    expect(shown.good).toBe(false);
    expect(shown.output).toContain(await fingerprintOf(machines[0]!));
    await expectGood('npx nx run master-controller:trust -c production --yes');
    publish();
    await setUp();
    const refused = await type('npx nx run master-controller:deploy -c production');
    expect(refused.output).toContain('APPROVAL_NEEDED');
    await deployApproved();
    expect(await versions(1)).toEqual(['v1']);
  });

  it('breaks the glass when nobody can approve, forth and back, and the audit log says so', async () => {
    await edition('v2');
    const forth = await expectGood('npx nx run master-controller:deploy -c production --emergency --reason=outage');
    expect(forth).toMatch(/emergency/i);
    expect(await versions(1)).toEqual(['v2']);
    const refused = await type('npx nx run master-controller:rollback -c production --reason=slow');
    expect(refused.output).toContain('ROLE_MISSING');
    await expectGood('npx nx run master-controller:rollback -c production --emergency --reason=outage');
    expect(await versions(1)).toEqual(['v1']);
    const log = await expectGood('npx nx run master-controller:audit -c production');
    expect(log).toMatch(/rollback.*outage/);
    expect(log).toMatch(/approved by lead@example\.com/);
    await expectGood('npx nx run master-controller:audit -c production --verify');
  });

  it('adds a host', async () => {
    writeFileSync(join(workspace.root, '.deploy.yaml'), JSON.stringify(manifest(2)));
    publish();
    const unknown = await type('npx nx run master-controller:deploy -c production');
    expect(unknown.output).toContain('HOST_KEY_UNKNOWN');
    await expectGood('npx nx run master-controller:trust -c production --yes');
    publish();
    await setUp();
    await deployApproved();
    const [first, second] = await versions(2);
    expect(second).toBe(first);
  });

  it('restores a host from nothing', async () => {
    await edition('v3');
    await machines[1]!.run(['sh', '-c', SET_UP_ANEW], { timeout: 60_000 });
    const stopped = await type('npx nx run master-controller:deploy -c production');
    expect(stopped.output).toContain('HOST_KEY_CHANGED');
    const left = await type('npx nx run master-controller:trust -c production --yes');
    expect(left.good).toBe(false);
    await expectGood('npx nx run master-controller:trust -c production --replace');
    publish();
    await setUp();
    await deployApproved();
    expect(await versions(2)).toEqual(['v3', 'v3']);
    const verified = await type('npx nx run master-controller:audit -c production --verify');
    // The heads that others kept know of entries that went with the disk.
    expect(verified.output).toMatch(/web-2.*truncated|truncated.*web-2|rewritten/s);
  });
});
