import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../processes';
import { describeReal, openRealHosts, type RealHost, type RealHosts } from '.';
import { isOfDistribution } from './apt';
import { initProcess, isPopulated, sessionCgroup } from './cgroup';
import { command } from './command';

const WORKSPACE = join(__dirname, '../../../..');
const BASE_AND_BOOT_MS = 300_000;

function sshArguments({ ssh, forward }: RealHost): string[] {
  const options = ['BatchMode=yes', 'IdentitiesOnly=yes', `UserKnownHostsFile=${ssh.knownHostsFile}`];
  const stated = [...options, 'StrictHostKeyChecking=yes', 'ConnectTimeout=5'].flatMap((option) => ['-o', option]);
  return ['ssh', '-F', 'none', '-i', ssh.identityFile, ...stated, '-p', String(forward.port), `root@${forward.host}`];
}

const overSsh = (host: RealHost, ...words: string[]) => command([...sshArguments(host), ...words]);

/** What of a session is on this machine. */
const traces = async (id: string): Promise<string[]> => [
  ...(existsSync('/run/netns') ? readdirSync('/run/netns') : []).filter((name) => name.startsWith(id)),
  ...[sessionCgroup(id)].filter((path) => existsSync(path)),
  ...readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(id)),
  ...(await command(['ps', '-eo', 'args'])).stdout.split('\n').filter((line) => line.includes(id)),
];

describeReal('real Debian hosts', () => {
  let session: RealHosts;
  let web: RealHost;
  let small: RealHost;

  beforeAll(async () => {
    session = await openRealHosts();
    [web, small] = await Promise.all([session.start('web'), session.start('small', { diskMegabytes: 16 })]);
  }, BASE_AND_BOOT_MS);

  afterAll(() => session.close());

  test('are let into with a plain SSH client, each under its own key, and run systemd', async () => {
    for (const host of [web, small]) {
      const { exitCode, stdout } = await overSsh(host, 'hostname', '&&', 'systemctl', 'is-system-running');
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${host.name}\nrunning` });
    }
    const stranger = { ...web, forward: small.forward, ssh: { ...web.ssh, knownHostsFile: '/dev/null' } };
    expect(await overSsh(stranger, 'true')).toMatchObject({ exitCode: 255 });
  });

  test('have what a deploy needs, with the distribution’s own HAProxy out of the way', async () => {
    expect(await web.run(['node', '--version'])).toMatchObject({ exitCode: 0, stdout: process.version });
    for (const program of ['rsync', 'perl', 'sudo', 'curl', 'haproxy'])
      expect(await web.run(['which', program])).toMatchObject({ exitCode: 0 });
    expect(await web.run(['systemctl', 'is-enabled', 'haproxy'])).toMatchObject({ stdout: 'masked' });
  });

  test('reach each other, and a client in their network reaches them by their addresses', async () => {
    const greets = ['bash', '-c', `exec 3<>/dev/tcp/${small.address}/22; head -c 4 <&3`];
    expect(await web.run(greets)).toMatchObject({ exitCode: 0, stdout: 'SSH-' });
    expect(await command(session.inside(greets))).toMatchObject({ exitCode: 0, stdout: 'SSH-' });
  });

  test('any port of a host is reached from this machine', async () => {
    await web.run([
      'systemd-run',
      '--unit=answer',
      'node',
      '-e',
      "require('net').createServer((s)=>s.end('yes')).listen(3000)",
    ]);
    const isListening = 'until ss -Hltn sport = :3000 | grep -q .; do sleep 0.05; done';
    await web.run(['timeout', '10', 'sh', '-c', isListening]);
    const { port } = await web.forwardPort(3000);
    const [answer] = (await once(connect(port, '127.0.0.1'), 'data')) as [Buffer];
    expect(answer.toString()).toBe('yes');
  });

  test('a host whose cable is cut answers nobody and runs on, and answers when it is mended', async () => {
    const look = sshArguments(web).slice(1);
    await web.cutLink();
    expect(await command(['ssh', '-o', 'ConnectTimeout=1', ...look, 'true'])).toMatchObject({ exitCode: 255 });
    expect(await web.run(['systemctl', 'is-system-running'])).toMatchObject({ stdout: 'running' });
    await web.healLink();
    expect(await overSsh(web, 'echo', 'back')).toMatchObject({ exitCode: 0, stdout: 'back' });
  });

  test('a host without power runs nothing, and comes back with its disks', async () => {
    const write = ['sh', '-c', 'cat >/opt/kept; echo root >/root/kept; sync; touch /run/not-kept'];
    for (const host of [web, small]) await host.run(write, { input: 'text' });
    for (const host of [web, small]) await host.powerCut();
    await expect(web.run(['true'])).rejects.toMatchObject({ code: 'REAL_HOST_NOT_RUNNING' });
    const look = ['ssh', '-o', 'ConnectTimeout=1', ...sshArguments(web).slice(1), 'true'];
    expect(await command(look)).toMatchObject({ exitCode: 255 });
    await Promise.all([web.boot(), small.boot()]);

    expect(await overSsh(web, 'cat', '/opt/kept')).toMatchObject({ exitCode: 0, stdout: 'text' });
    if (small.disk === 'loop') expect(await overSsh(small, 'cat', '/opt/kept')).toMatchObject({ stdout: 'text' });
    expect(await overSsh(small, 'cat', '/root/kept')).toMatchObject({ stdout: 'root' });
    expect(await web.run(['test', '-e', '/run/not-kept'])).toMatchObject({ exitCode: 1 });
  });

  test('a small disk gets full and can be made read-only, and this machine’s own does not', async () => {
    const fill = await small.run(['dd', 'if=/dev/zero', 'of=/opt/fill', 'bs=1M', 'count=64']);
    expect(fill).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('No space left on device') });
    await small.run(['rm', '/opt/fill']);
    await small.run(['mount', '-o', 'remount,ro', '/opt']);
    expect(await small.run(['touch', '/opt/x'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Read-only file system'),
    });
  });

  test('a disk that an error made read-only can be written after a power cut, also where somebody still looks at its mounts', async () => {
    const init = initProcess(join(sessionCgroup(session.namespace), 'host-small'));
    const looks = ['sh', '-c', 'echo looks; sleep 1'];
    const onlooker = spawn('nsenter', [`--target=${init}`, '--mount', ...looks], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(onlooker.stdout, 'data');
    await small.run(['mount', '-o', 'remount,abort', '/opt']);
    await small.powerCut();
    await small.boot();
    expect(await small.run(['touch', '/opt/x'])).toMatchObject({ exitCode: 0 });
  });

  test('a removed host is gone while its neighbour runs on', async () => {
    const third = await session.start('third');
    await third.remove();
    await expect(third.run(['true'])).rejects.toMatchObject({ code: 'REAL_HOST_NOT_RUNNING' });
    expect(await overSsh(web, 'true')).toMatchObject({ exitCode: 0 });
  });

  test('a second session beside it has the same addresses, and closing it leaves nothing of it and all of the first', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'real-hosts-'));
    const beside = await openRealHosts({ directory });
    const other = await beside.start('web', { diskMegabytes: 8 });
    expect(other.address).toBe(web.address);
    expect(await overSsh(other, 'echo', 'other')).toMatchObject({ exitCode: 0, stdout: 'other' });
    expect(await traces(beside.namespace)).not.toEqual([]);

    await beside.close();

    expect(await traces(beside.namespace)).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
    expect(await overSsh(web, 'true')).toMatchObject({ exitCode: 0 });
  });

  test('hosts end with a process that is killed, and the next one to open any removes what is left', async () => {
    const owner = spawn(process.execPath, ['tools/sandbox/sandbox.cjs', '--real', '--json'], {
      cwd: WORKSPACE,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(owner.stdout, 'data')) as [Buffer];
    const [host] = JSON.parse(printed.toString()) as [{ identityFile: string }];
    const id = /polydev-[0-9a-f]+/.exec(host.identityFile)![0];
    expect(isPopulated(sessionCgroup(id))).toBe(true);
    owner.kill('SIGKILL');
    await once(owner, 'exit');

    expect(await waitUntil(() => !isPopulated(sessionCgroup(id)), 5_000)).toBe(true);
    const next = await openRealHosts();
    await next.close();

    expect(await traces(id)).toEqual([]);
    expect(existsSync(host.identityFile)).toBe(false);
  });

  test('the command takes its hosts down when it is asked to end', async () => {
    const serving = spawn(process.execPath, ['tools/sandbox/sandbox.cjs', '--real', '--json'], {
      cwd: WORKSPACE,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(serving.stdout, 'data')) as [Buffer];
    const id = /polydev-[0-9a-f]+/.exec(printed.toString())![0];
    serving.kill('SIGINT');
    expect(await once(serving, 'exit')).toEqual([0, null]);
    expect(await traces(id)).toEqual([]);
  });
});

test.each([
  ['Types: deb\nURIs: http://mirror\nSuites: bookworm bookworm-updates\nComponents: main\n', true],
  ['deb http://mirror bookworm-security main contrib\n', true],
  ['deb http://elsewhere bookworm stable\n', false],
  ['deb http://elsewhere nodistro main\n', false],
])('package sources %j are the distribution’s own: %j', (text, expected) => {
  expect(isOfDistribution(text, 'bookworm')).toBe(expected);
});
