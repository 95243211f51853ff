import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import type { Client } from 'ssh2';
import { connectTo, forwardTo, openCommand, run } from '../../testing/client';
import { eventually, removeSandbox, startTestSandbox } from '../../testing/sandbox';
import type { RunningSandbox } from '..';
import { identityOf } from '../processes';
import { newPrivateKey } from './keys';

let sandbox: RunningSandbox;
let client: Client;
beforeAll(async () => {
  process.env['DEPLOY_PASSWORD'] = 'not for the server';
  sandbox = await startTestSandbox();
  client = await connectTo(sandbox.values);
});
afterAll(async () => {
  client.end();
  await removeSandbox(sandbox.directory);
});

const pathOf = (name: string) => join(sandbox.values.root, name);
const pidIn = (file: string) =>
  eventually(() => Number(/^\d+$/m.exec(readFileSync(pathOf(file), 'utf8'))?.[0] ?? fail()));
const fail = (): never => {
  throw new Error('not yet');
};
const untilEnded = (pid: number) => eventually(() => (identityOf(pid) ? fail() : pid));

describe('commands', () => {
  test('exit code, output and errors come back', async () => {
    const ended = await run(client, 'echo out; echo err >&2; exit 3');

    expect(ended).toEqual({ code: 3, signal: undefined, stdout: 'out\n', stderr: 'err\n' });
  });

  test('a command that a signal ended says which', async () => {
    expect(await run(client, 'kill -KILL $$')).toMatchObject({ code: undefined, signal: 'SIGKILL' });
  });

  test('a missing program is exit code 127', async () => {
    expect(await run(client, 'no-such-program')).toMatchObject({ code: 127 });
  });

  test('they run in the root, with the environment of a server and not of whoever started it', async () => {
    const { stdout } = await run(client, 'pwd; env');
    const names = stdout.split('\n').map((line) => line.split('=')[0]);

    expect(stdout.split('\n')[0]).toBe(sandbox.values.root);
    expect(stdout).toContain(`\nHOME=${sandbox.values.root}/home/sandbox\n`);
    expect(stdout).toMatch(new RegExp(`\nPATH=${sandbox.directory}/bin:`));
    expect(readFileSync(`/proc/${sandbox.pid}/environ`, 'utf8')).not.toContain('not for the server');
    for (const foreign of ['DEPLOY_PASSWORD', 'JEST_WORKER_ID', 'NODE_ENV', 'OLDPWD'])
      expect(names).not.toContain(foreign);
  });

  test('20 MB of input arrive whole', async () => {
    const input = Buffer.alloc(20_000_000, 'polydev ');

    const { code, stdout } = await run(client, 'sha256sum', input);

    expect(code).toBe(0);
    expect(stdout.slice(0, 64)).toBe(createHash('sha256').update(input).digest('hex'));
  });

  test('input that nobody reads does not hold up a command', async () => {
    expect(await run(client, 'exec <&-; echo done', Buffer.alloc(8_000_000))).toMatchObject({
      code: 0,
      stdout: 'done\n',
    });
  });

  test('much output and many errors at once arrive whole and apart', async () => {
    const ended = await run(client, 'yes out | head -c 8000000 & yes err | head -c 8000000 >&2; wait');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toBe('out\n'.repeat(2_000_000));
    expect(ended.stderr).toBe('err\n'.repeat(2_000_000));
  });

  test('many commands share one connection', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, (_, at) => run(client, `cat; exit ${at}`, `input ${at}`)));

    expect(all.map(({ code, stdout }) => [code, stdout])).toEqual(
      Array.from({ length: 30 }, (_, at) => [at, `input ${at}`]),
    );
  });

  test('they still run after somebody emptied the server by deleting its root', async () => {
    const { code } = await run(client, `rm -rf '${sandbox.values.root}'; true`);

    expect(code).toBe(0);
    expect(await run(client, 'ls')).toMatchObject({ code: 0, stdout: 'home\nopt\ntmp\n' });
  });
});

describe('when a client goes away', () => {
  test('closing the channel ends the command and its children', async () => {
    const channel = await openCommand(client, 'sleep 600 & echo $! >child; echo $$ >leader; wait');
    const [leader, child] = [await pidIn('leader'), await pidIn('child')];

    channel.close();

    await Promise.all([untilEnded(leader), untilEnded(child)]);
  });

  test('a lost connection ends a command that reads nothing of what was sent to it', async () => {
    const other = await connectTo(sandbox.values);
    const channel = await openCommand(other, 'echo $$ >deaf; exec sleep 600');
    channel.write(Buffer.alloc(4_000_000));
    const pid = await pidIn('deaf');

    other.destroy();

    await untilEnded(pid);
  });

  test('a command that ignores SIGTERM is killed', async () => {
    const channel = await openCommand(client, `trap '' TERM; echo $$ >stubborn; while :; do sleep 0.1; done`);
    const pid = await pidIn('stubborn');

    channel.close();

    await untilEnded(pid);
  });

  test('a process that left the group on purpose goes on', async () => {
    const channel = await openCommand(client, "setsid sh -c 'echo $$ >orphan; exec sleep 600' & wait; echo $$");
    const orphan = await pidIn('orphan');

    channel.close();
    await run(client, 'true');

    expect(identityOf(orphan)).toBeDefined();
    process.kill(orphan);
  });

  test('a signal that the client sends reaches the command', async () => {
    const channel = await openCommand(
      client,
      `trap 'echo caught; exit 5' USR1; echo $$ >waiting; while :; do sleep 0.05; done`,
    );
    await pidIn('waiting');

    channel.signal('USR1');

    const [output, [code]] = await Promise.all([text(channel), once(channel, 'exit')]);
    expect([output, code]).toEqual(['caught\n', 5]);
  });
});

describe('who is let in', () => {
  const stranger = newPrivateKey('stranger');

  test.each([
    ['another key', { privateKey: stranger }],
    ['another user', { username: 'root' }],
    ['a password', { privateKey: undefined, password: 'sandbox' }],
    ['nothing', { privateKey: undefined }],
  ])('not with %s', async (_, config) => {
    await expect(connectTo(sandbox.values, config as object)).rejects.toThrow(
      'All configured authentication methods failed',
    );
  });

  test('the host shows the key that known_hosts has', async () => {
    const line = readFileSync(sandbox.values.known_hosts, 'utf8');
    let shown = '';
    const other = await connectTo(sandbox.values, {
      hostVerifier: (key: Buffer) => ((shown = key.toString('base64')), true),
    });
    other.end();

    expect(line).toBe(
      `[127.0.0.1]:${sandbox.values.ssh_port},[localhost]:${sandbox.values.ssh_port} ssh-ed25519 ${shown}\n`,
    );
  });
});

describe('forwarding', () => {
  const listen = async (onConnection: (socket: Socket) => void) => {
    const server = createServer(onConnection).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, port: (server.address() as AddressInfo).port };
  };

  test.each(['127.0.0.1', 'localhost'])('reaches a port of the host at %s, both ways and whole', async (host) => {
    const { server, port } = await listen((socket) => socket.pipe(socket));
    const sent = 'there and back '.repeat(400_000);
    const channel = await forwardTo(client, host, port);

    channel.end(sent);

    expect((await text(channel)) === sent).toBe(true);
    server.close();
  });

  test('a port where nobody listens is "connect failed"', async () => {
    const { server, port } = await listen(() => undefined);
    server.close();

    await expect(forwardTo(client, '127.0.0.1', port)).rejects.toMatchObject({ reason: 2 });
  });

  test('no other machine is reached', async () => {
    await expect(forwardTo(client, '192.0.2.1', 80)).rejects.toMatchObject({ reason: 2 });
    expect(readFileSync(join(sandbox.directory, 'sandbox.log'), 'utf8')).toContain(
      'refused to connect to 192.0.2.1:80',
    );
  });

  test('the host stays when a forwarded connection breaks off', async () => {
    const { server, port } = await listen((socket) => socket.resetAndDestroy());
    await Promise.allSettled(Array.from({ length: 5 }, async () => text(await forwardTo(client, '127.0.0.1', port))));
    server.close();

    expect(await run(client, 'echo here')).toMatchObject({ stdout: 'here\n' });
  });
});

const openssh = existsSync('/usr/bin/ssh') ? test : test.skip;

describe('clients of OpenSSH', () => {
  const ssh = (...args: string[]) =>
    execa('ssh', ['-F', join(sandbox.directory, 'ssh_config'), ...args], { input: '', reject: false });

  openssh("ssh gets in with the sandbox's ssh_config", async () => {
    expect(await ssh('sandbox', 'echo hello; exit 4')).toMatchObject({ exitCode: 4, stdout: 'hello', stderr: '' });
  });

  openssh('an interactive shell has a terminal', async () => {
    const args = ['-tt', '-F', join(sandbox.directory, 'ssh_config'), 'sandbox'];
    const { stdout, exitCode } = await execa('ssh', args, { input: 'tty; exit 6\n', reject: false });

    expect(exitCode).toBe(6);
    expect(stdout).toMatch(/\/dev\/pts\/\d/);
  });

  (existsSync('/usr/bin/rsync') ? openssh : test.skip)('rsync brings a folder over', async () => {
    const from = join(sandbox.directory, 'to-send');
    mkdirSync(from);
    writeFileSync(join(from, 'a file'), 'content');
    const shell = `ssh -F ${join(sandbox.directory, 'ssh_config')}`;

    const { exitCode } = await execa('rsync', ['-a', '-e', shell, `${from}/`, 'sandbox:opt/received/'], {
      reject: false,
    });

    expect(exitCode).toBe(0);
    expect(readFileSync(pathOf('opt/received/a file'), 'utf8')).toBe('content');
  });
});
