import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectSsh } from '@polydev/host';
import { describeSsh, startSshd } from '@polydev/host/testing';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import { execa } from 'execa';
import { itWithTmpfs, withTmpfs } from '../../testing/tmpfs';
import { app, createWorld, type World } from '../../testing/world';
import { deployTarget, preflight } from '../index';
import { targetLayout } from '../layout';
import { program } from '../programs';
import { askClock } from './ask-host';
import { skewOf } from './judge-clock';
import { placesOf } from './questions';

const calm = new AbortController().signal;

describeSsh('preflight on a real host', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  const look = (target: Partial<TargetConfig> = {}, environment: Partial<EnvironmentConfig> = {}) => {
    const config = w.environment(target, environment);
    return preflight({
      environment: config,
      targets: config.targets,
      head: w.head(),
      report: (event) => void w.events.push(event),
      signal: calm,
    });
  };
  const codes = async (found: ReturnType<typeof look>) => (await found).map(({ level, code }) => `${level} ${code}`);
  const deploy = (files: Record<string, string>, target: Partial<TargetConfig> = {}) =>
    deployTarget({
      environment: w.environment(target),
      target: w.target(target),
      artifactDirectory: w.artifact(files),
      head: w.head(),
      report: () => undefined,
      signal: calm,
    });
  const connect = () => connectSsh(w.environment().hosts[0]!);

  it('finds nothing where all is well, and its first line names environment and hosts', async () => {
    expect(await look()).toEqual([]);
    expect(w.events).toEqual([{ kind: 'headline', text: 'Deploying to test: web-1 (127.0.0.1)' }]);
  });

  it('names every tool and script that the runbook would miss, and what for, but not what the shell knows itself', async () => {
    const found = await look({
      restart: 'sudo-of-ours -n systemctl restart app',
      postDeploy: 'exit 0',
      preDeploy: 'bash /no/such/script.sh',
      install: { command: 'env A=1 no-such-tool i' },
      sync: 'content',
    });
    expect(found.map(({ message }) => message)).toEqual([
      'web-1 lacks no-such-tool (install of app), sudo-of-ours (restart of app).',
      'There is no /no/such/script.sh on web-1, which is run by pre_deploy of app.',
    ]);
    expect(w.events.at(-1)).toEqual({ kind: 'outcome', ok: false, text: '2 errors; nothing was touched.' });
  });

  it('looks for what sudo runs where root would find it', async () => {
    const host = await connect();
    const asked = [
      'sudo-command=/no/such/tool',
      'sudo-command=no-such-tool',
      'sudo-command=/bin/sh',
      'sudo-command=chroot',
    ];
    try {
      const command = ['env', 'PATH=/usr/bin:/bin', ...program('preflight', ...asked)] as const;
      const { stdout } = await host.exec(command);
      expect((JSON.parse(stdout) as { absent: string[] }).absent).toEqual(asked.slice(0, 2));
    } finally {
      await host.close();
    }
  });

  it('warns of a unit that systemd does not know, and says nothing where there is no systemd', async () => {
    const bin = join(w.root, 'bin');
    mkdirSync(bin);
    const host = await connect();
    const absentWhere = async (systemctl: string) => {
      writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\n${systemctl}\n`, { mode: 0o755 });
      const path = `PATH=${bin}:${process.env['PATH'] ?? ''}`;
      const { stdout } = await host.exec(['env', path, ...program('preflight', 'unit=app')]);
      return (JSON.parse(stdout) as { absent: string[] }).absent;
    };
    try {
      expect(await absentWhere('echo "No files found for $4.service." >&2; exit 1')).toEqual(['unit=app']);
      expect(await absentWhere('echo "# /etc/systemd/system/app.service"')).toEqual([]);
      expect(await absentWhere('echo "System has not been booted with systemd." >&2; exit 1')).toEqual([]);
    } finally {
      await host.close();
    }
  });

  it('names the lock that a living deployer holds: who, since when, and what to do', async () => {
    const host = await connect();
    const holder = { by: 'ada@laptop', from: 'laptop', since: '2026-11-24T08:00:00.000Z', deployment: 'd1' };
    const lockFile = targetLayout(w.stateDir, 'app').lock;
    const shell = await host.openShell({ target: 'app', lockFile, holder });
    try {
      expect(await look()).toEqual([
        {
          level: 'error',
          code: 'LOCK_HELD',
          host: 'web-1',
          message: expect.stringContaining('by ada@laptop since 2026-11-24T08:00:00.000Z (deployment d1)') as string,
          hint: expect.stringContaining('nx run app:status') as string,
        },
      ]);
    } finally {
      await shell.release();
      await host.close();
    }
    expect(await look()).toEqual([]);
  });

  itWithTmpfs('names what may not be written, with what the system says', () =>
    withTmpfs(w.stateDir, 'size=1m,ro', async () => {
      const found = await look();
      expect(found.map(({ level, code }) => `${level} ${code}`)).toEqual(['error NO_PERMISSION', 'error SPACE_SHORT']);
      expect(found[0]?.message).toBe(
        `${w.stateDir} on web-1 may not be written by the user we log in as: Read-only file system.`,
      );
    }),
  );

  itWithTmpfs('names a path that is a mount point: no rename can replace it', () =>
    withTmpfs(w.path, 'size=1m', async () => {
      expect(await codes(look())).toEqual(['error PATH_FIXED']);
    }),
  );

  it('names what another user may not write or move', async () => {
    const { home } = targetLayout(w.stateDir, 'app');
    mkdirSync(join(home, 'releases'), { recursive: true });
    mkdirSync(w.path);
    for (const directory of [w.root, join(w.root, 'opt')]) chmodSync(directory, 0o755);
    chmodSync(join(w.root, 'opt'), 0o1777);
    chmodSync(w.path, 0o555);
    chmodSync(join(home, 'releases'), 0o555);
    const [file, ...args] = program('preflight', ...placesOf(w.stateDir, [w.target()]));
    const asOther = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups', '--'] : [];
    const [first = '', ...rest] = [...asOther, file, ...args];
    const { stdout } = await execa(first, rest);
    const facts = JSON.parse(stdout) as { denied: { path: string; why: string }[]; fixed: { why: string }[] };
    expect(facts.denied).toEqual(
      expect.arrayContaining([
        { path: w.path, why: 'Permission denied' },
        { path: join(home, 'releases'), why: 'Permission denied' },
      ]),
    );
    if (asOther.length > 0) expect(facts.fixed).toEqual([{ path: w.path, why: 'sticky' }]);
  });

  itWithTmpfs('reckons with one more release as large as the live one', async () => {
    const at = join(w.root, 'opt');
    await withTmpfs(at, 'size=130m', async () => {
      await deploy({ 'main.js': app('v1'), 'large.bin': 'x'.repeat(12 * 1024 ** 2) });
      expect(await codes(look())).toEqual(['warning DISK_LOW']);
      writeFileSync(join(at, 'fills'), Buffer.alloc(8 * 1024 ** 2));
      const found = await look();
      expect(found.map(({ code }) => code)).toEqual(['SPACE_SHORT']);
      expect(found[0]?.message).toMatch(
        new RegExp(
          `^web-1 has 110 MB free at ${w.stateDir}/targets/app/releases\\. A new release of app takes about 13 MB`,
        ),
      );
    });
  });

  itWithTmpfs('a deploy knows exactly: too large an artifact is refused before anything is touched', async () => {
    await withTmpfs(w.stateDir, 'size=130m', async () => {
      expect(await codes(look())).toEqual(['warning DISK_LOW']);
      const refused = deploy({ 'main.js': app('v1'), 'large.bin': 'x'.repeat(40 * 1024 ** 2) });
      await expect(refused).rejects.toMatchObject({ code: 'SPACE_SHORT' });
      await expect(refused).rejects.toThrow(/A new release of app takes 41 MB, and 100 MB are to stay free/);
      expect(await w.answer()).toMatch(/fetch failed/);
    });
  });

  it('a deploy refuses when the program that is to install is not there, before anything is touched', async () => {
    const install = { command: 'no-such-installer --frozen' };
    const refused = deploy({ 'main.js': app('v1') }, { install });
    await expect(refused).rejects.toMatchObject({ code: 'TOOL_MISSING' });
    await expect(refused).rejects.toThrow(
      /no-such-installer is not on the PATH .*`no-such-installer --frozen` is to install/,
    );
    expect(existsSync(join(targetLayout(w.stateDir, 'app').home, 'releases'))).toBe(false);
  });

  it('names the health checks that sshd would not let through; a service that is down is no matter', async () => {
    const strict = await startSshd({ config: ['AllowTcpForwarding no'] });
    const [host] = w.environment().hosts;
    const { port, user, clientKey, knownHostsFile } = strict;
    const web2 = { ...host!, name: 'web-2', port, user, identityFile: clientKey.path, knownHostsFile };
    try {
      const found = await look({}, { hosts: [host!, web2] });
      expect(found.map(({ host: name, code }) => `${name} ${code}`)).toEqual(['web-2 FORWARDING_REFUSED']);
    } finally {
      await strict.stop();
    }
  });

  it('names shared files that are not there yet, where no directory is found that may hold them', async () => {
    const shared = {
      shared: [
        { path: '.env', kind: 'file' },
        { path: 'uploads', kind: 'directory' },
      ],
    } as const;
    expect(await codes(look(shared))).toEqual(['error SHARED_FILE_MISSING']);
    const { shared: directory } = targetLayout(w.stateDir, w.target().name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, '.env'), '');
    expect(await look(shared)).toEqual([]);
  });

  it('measures one machine’s clock against itself as the same', async () => {
    const host = await connect();
    try {
      const reading = await askClock(host);
      expect(reading.host).toBeGreaterThan(1_700_000_000_000);
      expect(Math.abs(skewOf(reading))).toBeLessThan(1);
    } finally {
      await host.close();
    }
  });

  it('tries the signing key where releases have to be signed, beside everything else', async () => {
    const [key, stranger, allowedSigners] = ['key', 'stranger', 'signers'].map((name) => join(w.root, name));
    for (const file of [key!, stranger!])
      await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file], { stdin: 'ignore' });
    writeFileSync(allowedSigners!, `ada@localhost ${readFileSync(`${key}.pub`, 'utf8')}`);
    const broken = { restart: 'no-such-tool' };
    const found = async (more: Partial<EnvironmentConfig>) =>
      (await look(broken, more)).map(({ level, code, host }) => `${level} ${code} ${host ?? 'here'}`);
    const tool = 'error TOOL_MISSING web-1';
    expect(await found({ allowedSigners: allowedSigners!, signingKey: key! })).toEqual([tool]);
    expect(await found({ allowedSigners: allowedSigners! })).toEqual(['error SIGNING_KEY_MISSING here', tool]);
    const notAllowed = { allowedSigners: allowedSigners!, signingKey: stranger! };
    expect(await found(notAllowed)).toEqual(['error SIGNING_KEY_NOT_ALLOWED here', tool]);
    const absent = { signingKey: join(w.root, 'absent') };
    expect(await found(absent)).toEqual(['error SIGNING_FAILED here', tool]);
    expect(await found({ ...absent, allowedSigners: absent.signingKey })).toEqual([
      'error SIGNERS_UNREADABLE here',
      tool,
    ]);
  });

  it('reports everything in one go: the hosts out of reach beside what is wrong on the others', async () => {
    const [host] = w.environment().hosts;
    const gone = { ...host!, name: 'web-2', port: 1 };
    const unknown = { ...host!, name: 'web-3', knownHostsFile: '/dev/null' };
    const found = await look(
      { restart: 'no-such-tool' },
      { hosts: [host!, gone, unknown], notes: ['A password is used.'] },
    );
    expect(found.map(({ host: name, code }) => `${name ?? ''} ${code}`)).toEqual([
      ' NOTE',
      'web-1 TOOL_MISSING',
      'web-2 HOST_UNREACHABLE',
      'web-3 HOST_KEY_UNKNOWN',
    ]);
    expect(found.every(({ level, hint }) => level === 'note' || hint !== '')).toBe(true);
    expect(w.events.filter(({ kind }) => kind === 'finding')).toHaveLength(4);
    expect(w.events.at(-1)).toEqual({ kind: 'outcome', ok: false, text: '3 errors; nothing was touched.' });
  });
});
