import { describeSsh, makeKey, startPasswordServer } from '@polydev/host/testing';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type GuardedSettings, type GuardedWorld, startGuardedWorld } from '../testing/guarded-world';
import { refused } from '../testing/refused';

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(240_000);

/** The tests' own agent must not help. */
const NO_AGENT = { SSH_AUTH_SOCK: '' };
const worlds: GuardedWorld[] = [];
const start = async (settings: GuardedSettings): Promise<GuardedWorld> => {
  const world = await startGuardedWorld(settings);
  worlds.push(world);
  return world;
};
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
const preflight = ({ workspace }: GuardedWorld, env: Readonly<Record<string, string>> = {}) =>
  workspace.nx(['run', 'workspace-under-test:preflight', '-c', 'production', '--output-style=static'], {
    ...NO_AGENT,
    ...env,
  });

describeSsh('a host’s key', () => {
  test('that nobody has compared is refused; trust shows it, and pins it in the workspace when told to', async () => {
    const world = await start({ host: () => ({ known_hosts: undefined }) });
    const { sshd, workspace, disk } = world;
    const pinned = join(workspace.root, 'deploy/known_hosts');
    const [fingerprint = ''] = sshd.fingerprints;
    const hint = '`npx nx run <target>:trust -c production`';
    const unknown = await refused({ code: 'HOST_KEY_UNKNOWN', hint, disk }, () => world.run('deploy', [], NO_AGENT));
    expect(unknown.all).toContain(fingerprint);

    const way = '`npx nx run web:trust -c production --yes`';
    const shown = await refused({ code: 'HOST_KEYS_NOT_TRUSTED', hint: way, disk }, () =>
      world.type('npx nx run master-controller:trust -c production'),
    );
    expect(shown.all).toMatch(new RegExp(`box .*ssh-ed25519 +${fingerprint.replaceAll(/[+/]/g, '.')} +not known`));
    expect(existsSync(pinned)).toBe(false);

    const trusted = await world.type('npx nx run master-controller:trust -c production --yes');
    expect(trusted.exitCode).toBe(0);
    expect(readFileSync(pinned, 'utf8')).toBe(sshd.knownHostsLine());
    workspace.commit();
    workspace.git('push', '--quiet', 'origin', 'main');
    expect((await preflight(world)).exitCode).toBe(0);
  });

  test('that has changed stops everything; trust shows both, and overwrites only what it is told to', async () => {
    const world = await start({});
    const { sshd, disk } = world;
    const other = makeKey(join(sshd.directory, 'other-host'));
    const old = sshd.knownHostsLine({ key: other });
    writeFileSync(sshd.knownHostsFile, old);
    const hint = '`npx nx run <target>:trust -c production --replace`';
    const changed = await refused({ code: 'HOST_KEY_CHANGED', hint, disk }, () => world.run('deploy', [], NO_AGENT));
    expect(changed.all.match(/SHA256:[A-Za-z0-9+/]{43}/g)).toHaveLength(2);

    const way = '--replace`';
    const kept = await refused({ code: 'HOST_KEYS_NOT_TRUSTED', hint: way, disk }, () => world.run('trust', ['--yes']));
    expect(kept.all.match(/SHA256:[A-Za-z0-9+/]{43}/g)).toHaveLength(2);
    expect(readFileSync(sshd.knownHostsFile, 'utf8')).toBe(old);

    const line = 'npx nx run master-controller:trust -c production --replace';
    expect((await world.type(line)).exitCode).toBe(0);
    expect(readFileSync(sshd.knownHostsFile, 'utf8')).toBe(sshd.knownHostsLine());
  });
});

describeSsh('a login', () => {
  test('with a key that the host does not take is refused', async () => {
    const world = await start({ host: ({ directory }) => ({ identity_file: makeKey(join(directory, 'wrong')).path }) });
    await refused({ code: 'AUTH_FAILED', hint: 'authorized_keys', disk: world.disk }, () =>
      world.run('deploy', [], NO_AGENT),
    );
  });

  test('with a wrong password is refused, and shown nowhere', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'polydev-password-'));
    const server = await startPasswordServer('right', directory);
    try {
      const known_hosts = join(directory, 'known_hosts');
      writeFileSync(known_hosts, `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
      const world = await start({ host: () => ({ port: server.port, known_hosts, identity_file: undefined }) });
      const { all } = await refused({ code: 'AUTH_FAILED', hint: 'public key', disk: world.disk }, () =>
        world.run('deploy', [], { ...NO_AGENT, DEPLOY_PASSWORD: 'canary-of-a-password' }),
      );
      expect(all).toContain('Tried: password');
      expect(all).not.toContain('canary-of-a-password');
      expect(server.connections()).toBeGreaterThan(0);
    } finally {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

/** Directory with links to every program of this machine's PATH but some. */
const programsWithout = (names: readonly string[], directory: string): string => {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  for (const folder of new Set((process.env['PATH'] ?? '').split(':'))) {
    const found = existsSync(folder) ? readdirSync(folder) : [];
    for (const name of found.filter((one) => !names.includes(one) && !existsSync(join(bin, one))))
      symlinkSync(join(folder, name), join(bin, name));
  }
  return bin;
};

describeSsh('a host', () => {
  test('on which the path may not be written is refused', async () => {
    // To root nothing is forbidden, so its commands run as somebody else.
    const config =
      userInfo().uid === 0
        ? ['ForceCommand setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$SSH_ORIGINAL_COMMAND"']
        : [];
    const world = await start({ sshd: { config } });
    chmodSync(world.sshd.directory, 0o755);
    for (const name of ['opt', 'state']) mkdirSync(join(world.sshd.directory, name), { mode: 0o555 });
    const { all } = await refused({ code: 'NO_PERMISSION', hint: 'chown', disk: world.disk }, () =>
      world.run('deploy', [], NO_AGENT),
    );
    expect(all).toContain(join(world.sshd.directory, 'opt'));
  });

  test('without the sudo that a command of the manifest needs is refused', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'polydev-programs-'));
    try {
      const path = programsWithout(['sudo'], directory);
      const world = await start({
        sshd: { config: [`SetEnv "HOME=${directory}" "PATH=${path}"`] },
        target: () => '    restart: sudo -n systemctl restart web\n    health_check: null\n',
      });
      const { all } = await refused(
        { code: 'TOOL_MISSING', hint: 'Install what is missing on box', disk: world.disk },
        () => world.run('deploy', [], NO_AGENT),
      );
      expect(all).toContain('sudo (restart of web)');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
