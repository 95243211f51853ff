import { Readable } from 'node:stream';
import { describeSsh, eventually, isRunning, startSshd, type TestSshd } from '../../testing';
import { connectSsh, type Host, mustExec } from '..';

/** Arguments that a shell, perl or a protocol could mistake for something else. */
const AWKWARD = [
  "it's",
  '"',
  '$(touch /tmp/pwned)',
  '`id`',
  '*',
  '; exit 9',
  'a\nb\n',
  '',
  'ünïcödé 🚀',
  '-rf',
  '--',
  '\\\\',
  ' ',
  '%s',
  '\u0001-5\n',
  '!x',
  '~',
];

describeSsh('exec', () => {
  let sshd: TestSshd;
  let host: Host;
  beforeAll(async () => {
    sshd = await startSshd();
    host = await connectSsh(sshd.options());
  });
  afterAll(async () => {
    await host.close();
    await sshd.stop();
  });

  test('arguments arrive unchanged', async () => {
    const result = await host.exec(['printf', '%s\\0', ...AWKWARD]);

    expect(result.exitCode).toBe(0);
    expect(result.stdout.split('\0').slice(0, -1)).toEqual(AWKWARD);
  });

  test('exit code, stdout and stderr come back', async () => {
    const result = await host.exec(['sh', '-c', 'echo out; echo err >&2; exit 3']);

    expect(result).toMatchObject({ exitCode: 3, signal: undefined, stdout: 'out\n', stderr: 'err\n' });
  });

  test('a command that a signal ended has no exit code', async () => {
    const result = await host.exec(['sh', '-c', 'kill -KILL $$']);

    expect(result).toMatchObject({ exitCode: undefined, signal: 'SIGKILL' });
  });

  test('a missing program is exit code 127, and an error of its own code when it had to work', async () => {
    expect((await host.exec(['no-such-program'])).exitCode).toBe(127);
    await expect(mustExec(host, ['no-such-program'])).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('no-such-program is not on the PATH'),
    });
  });

  test.each([
    ['text', 'grüße\n'],
    ['bytes', Buffer.from('grüße\n')],
    ['a stream', Readable.from(['grü', 'ße\n'])],
  ])('%s reaches stdin', async (_, stdin) => {
    expect(await host.exec(['cat'], { stdin })).toMatchObject({ exitCode: 0, stdout: 'grüße\n' });
  });

  test('without stdin the command sees its end at once', async () => {
    expect(await host.exec(['cat'])).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test('a command that reads none of a large stdin still ends', async () => {
    expect(await host.exec(['true'], { stdin: Buffer.alloc(8_000_000) })).toMatchObject({ exitCode: 0 });
  });

  test('a long list comes back whole', async () => {
    const { stdout } = await mustExec(host, ['seq', '1', '300000']);

    expect(stdout.split('\n')).toHaveLength(300_001);
    expect(stdout.endsWith('\n300000\n')).toBe(true);
  });

  test('output beyond the limit is an error, never half a list', async () => {
    await expect(host.exec(['yes'], { maxOutput: 100_000 })).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining('more than 100000 bytes'),
    });
  });

  test('many commands at once all get their turn', async () => {
    const results = await Promise.all(Array.from({ length: 25 }, (_, n) => host.exec(['echo', String(n)])));

    expect(results.map(({ stdout }) => stdout.trim())).toEqual(Array.from({ length: 25 }, (_, n) => String(n)));
  });

  test('a command that takes too long is ended with all that it started', async () => {
    const late = host.exec(['sh', '-c', 'sleep 600 & echo $!; wait'], { timeoutMs: 300 });

    await expect(late).rejects.toMatchObject({
      code: 'COMMAND_TIMED_OUT',
      message: expect.stringContaining('took longer than 0.3 s'),
    });
    const pid = Number(
      /^ {2}(\d+)$/m.exec(
        await late.then(
          ({ stdout }) => stdout,
          (error: unknown) => (error as Error).message,
        ),
      )?.[1],
    );
    await eventually(() => expect(isRunning(pid)).toBe(false));
  });

  test('a canceled command is ended', async () => {
    const controller = new AbortController();
    const file = `${sshd.directory}/pid`;
    const running = host.exec(['sh', '-c', 'echo $$ >"$0.new"; mv "$0.new" "$0"; sleep 600', file], {
      signal: controller.signal,
    });
    const pid = Number(await eventually(async () => (await mustExec(host, ['cat', file])).stdout));
    controller.abort();

    await expect(running).rejects.toMatchObject({ code: 'COMMAND_CANCELED' });
    expect(isRunning(pid)).toBe(false);
  });

  test('nothing is begun when it was canceled before', async () => {
    const file = `${sshd.directory}/begun`;

    await expect(host.exec(['touch', file], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'COMMAND_CANCELED',
    });
    expect((await host.exec(['test', '-e', file])).exitCode).toBe(1);
  });

  test('a stdin that breaks off ends the command and fails with its own error', async () => {
    const broken = new Readable({ read: () => undefined });
    const running = host.exec(['cat'], { stdin: broken });
    broken.push('half');
    broken.destroy(new Error('the disk went away'));

    await expect(running).rejects.toThrow('the disk went away');
  });

  test('what login scripts print is not output', async () => {
    await mustExec(host, ['sh', '-c', 'echo "echo Welcome" >"$0"/.bashrc', sshd.directory]);

    expect((await host.exec(['echo', 'mine'])).stdout).toBe('mine\n');
    await mustExec(host, ['rm', `${sshd.directory}/.bashrc`]);
  });

  test('after closing, calls fail with a code', async () => {
    const other = await connectSsh(sshd.options());
    await other.close();

    await expect(other.exec(['true'])).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});

describeSsh('a host that allows two sessions at a time', () => {
  let sshd: TestSshd;
  beforeAll(async () => {
    sshd = await startSshd({ config: ['MaxSessions 2'] });
  });
  afterAll(() => sshd.stop());

  test('gets its commands one after the other', async () => {
    const host = await connectSsh(sshd.options());
    const results = await Promise.all(Array.from({ length: 9 }, (_, n) => host.exec(['echo', String(n)])));

    expect(results.map(({ stdout }) => stdout.trim()).join('')).toBe('012345678');
    await host.close();
  });

  test('tells when more shells are wanted than it allows', async () => {
    const host = await connectSsh(sshd.options());
    const holder = { by: '', from: '', since: '', deployment: '' };
    const open = (n: number) => host.openShell({ target: 'api', lockFile: `${sshd.directory}/${n}`, holder });
    const shells = [await open(1), await open(2)];

    await expect(open(3)).rejects.toMatchObject({
      code: 'SESSION_REFUSED',
      hint: expect.stringContaining('MaxSessions'),
    });
    await Promise.all(shells.map((shell) => shell.release()));
    await host.close();
  });
});
