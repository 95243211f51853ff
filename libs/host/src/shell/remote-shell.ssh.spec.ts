import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describeSsh, eventually, isRunning, startSshd, type TestSshd } from '../../testing';
import { connectSsh, type Host, type HostShell, mustRun } from '..';

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
];

describeSsh('the shell on a host', () => {
  let sshd: TestSshd;
  let host: Host;
  let shell: HostShell;
  let count = 0;
  const path = (name: string) => `${sshd.directory}/${name}`;
  const open = (lockFile: string) =>
    host.openShell({
      target: 'api',
      lockFile,
      holder: { by: 'ada@laptop', from: 'laptop', since: '2026-01-01T00:00:00Z', deployment: '20260101-000000-abc' },
    });
  beforeAll(async () => {
    sshd = await startSshd();
    host = await connectSsh(sshd.options());
  });
  beforeEach(async () => {
    shell = await open(path(`locks/${(count += 1)}/lock`));
  });
  afterEach(() => shell.release());
  afterAll(async () => {
    await host.close();
    await sshd.stop();
  });

  describe('run', () => {
    test('arguments arrive unchanged', async () => {
      const result = await shell.run(['printf', '%s\\0', ...AWKWARD]);

      expect(result.exitCode).toBe(0);
      expect(result.stdout.split('\0').slice(0, -1)).toEqual(AWKWARD);
    });

    test('a single argument with spaces is a program name, not a line for a shell', async () => {
      expect(await shell.run(['echo pwned'])).toMatchObject({
        exitCode: 127,
        stdout: '',
        stderr: 'echo pwned: not found\n',
      });
    });

    test('exit code, stdout and stderr come back', async () => {
      expect(await shell.run(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toMatchObject({
        exitCode: 3,
        signal: undefined,
        stdout: 'out\n',
        stderr: 'err\n',
      });
    });

    test('a command that a signal ended has no exit code', async () => {
      expect(await shell.run(['sh', '-c', 'kill -KILL $$'])).toMatchObject({ exitCode: undefined, signal: 'SIGKILL' });
    });

    test('a failing command says so when it had to work', async () => {
      await expect(mustRun(shell, ['sh', '-c', 'echo it is broken >&2; exit 4'])).rejects.toMatchObject({
        code: 'COMMAND_FAILED',
        message: expect.stringContaining('exit code 4'),
      });
    });

    test('it runs in its directory, with its variables beside those of the login', async () => {
      const env = { MESSAGE: "a=b 'c'\nd", EMPTY: '' };
      const result = await shell.run(['sh', '-c', 'pwd; echo "$MESSAGE/$EMPTY/$HOME"'], { cwd: '/usr/bin', env });

      expect(result.stdout).toBe(`/usr/bin\na=b 'c'\nd//${sshd.directory}\n`);
    });

    test('a directory that is not there is a failure that names it', async () => {
      expect(await shell.run(['true'], { cwd: '/no/such/place' })).toMatchObject({
        exitCode: 126,
        stderr: expect.stringContaining('/no/such/place'),
      });
    });

    test('a file that may not be executed is no permission', async () => {
      writeFileSync(path('plain'), '#!/bin/sh\n', { mode: 0o644 });

      await expect(mustRun(shell, [path('plain')])).rejects.toMatchObject({ code: 'NO_PERMISSION' });
    });

    test.each([
      ['text', 'grüße\n'],
      ['bytes', Buffer.from('grüße\n')],
      ['a stream', Readable.from(['grü', 'ße\n'])],
    ])('%s reaches stdin', async (_, stdin) => {
      expect(await shell.run(['cat'], { stdin })).toMatchObject({ exitCode: 0, stdout: 'grüße\n' });
    });

    test('without stdin the command sees its end at once', async () => {
      expect(await shell.run(['cat'])).toMatchObject({ exitCode: 0, stdout: '' });
    });

    test('100 MB of arbitrary bytes reach stdin unchanged', async () => {
      const piece = randomBytes(1_000_003);
      const pieces = 100;
      const hash = createHash('sha256');
      for (let n = 0; n < pieces; n += 1) hash.update(piece);
      const stdin = Readable.from(
        (function* () {
          for (let n = 0; n < pieces; n += 1) yield piece;
        })(),
      );

      const { stdout } = await mustRun(shell, ['sha256sum'], { stdin });

      expect(stdout).toBe(`${hash.digest('hex')}  -\n`);
    });

    test('a command that reads none of a large stdin still ends, and the next one is served', async () => {
      const stdin = new Readable({
        read() {
          this.push(Buffer.alloc(65_536));
        },
      });

      expect(await shell.run(['sh', '-c', 'exec <&-; echo done'], { stdin })).toMatchObject({
        exitCode: 0,
        stdout: 'done\n',
      });
      expect(stdin.destroyed).toBe(true);
      expect((await shell.run(['echo', 'next'])).stdout).toBe('next\n');
    });

    test('input and output flow both ways at once', async () => {
      const result = await shell.run(['cat'], { stdin: Buffer.alloc(8_000_000, 'x'), maxOutput: 9_000_000 });

      expect(result.stdout).toHaveLength(8_000_000);
    });

    test('of long output the end is kept', async () => {
      const { stdout } = await mustRun(shell, ['seq', '1', '1000000']);

      expect(stdout).toHaveLength(1024 * 1024);
      expect(stdout.endsWith('\n999999\n1000000\n')).toBe(true);
    });

    test('calls run one after another, in the order in which they were made', async () => {
      const log = path('order');
      const step = (n: number) =>
        ['sh', '-c', 'echo "begin $1" >>"$0"; sleep 0.0$((5 - $1)); echo "end $1" >>"$0"', log, String(n)] as const;
      await Promise.all([shell.run(step(1)), shell.append(log, 'line'), shell.run(step(2)), shell.run(step(3))]);

      expect(readFileSync(log, 'utf8')).toBe('begin 1\nend 1\nline\nbegin 2\nend 2\nbegin 3\nend 3\n');
    });

    test("streams of queued commands do not get in each other's way", async () => {
      const inputs = [1, 2, 3].map((n) => Buffer.alloc(3_000_000, String(n)));
      const results = await Promise.all(
        inputs.map((bytes) =>
          shell.run(['sha256sum'], { stdin: Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]) }),
        ),
      );

      expect(results.map(({ stdout }) => stdout.slice(0, 64))).toEqual(
        inputs.map((bytes) => createHash('sha256').update(bytes).digest('hex')),
      );
    });

    test('a stream that breaks off ends the command and fails with its own error', async () => {
      const broken = new Readable({ read: () => undefined });
      const running = shell.run(['cat'], { stdin: broken });
      broken.push('half');
      broken.destroy(new Error('the disk went away'));

      await expect(running).rejects.toThrow('the disk went away');
      expect((await shell.run(['true'])).exitCode).toBe(0);
    });

    test('a command that takes too long is ended with all that it started', async () => {
      const late = shell.run(['sh', '-c', 'sleep 600 & echo $!; wait'], { timeoutMs: 200 });
      const message = await late.then(
        () => 'it ended',
        (error: unknown) => (error as Error).message,
      );

      expect(message).toMatch(/^Command on test-host took longer than 0.2 s and was ended/);
      expect(isRunning(Number(/^ {2}(\d+)$/m.exec(message)?.[1]))).toBe(false);
    });

    test('time in the queue does not count', async () => {
      const results = await Promise.all([shell.run(['sleep', '0.4']), shell.run(['true'], { timeoutMs: 300 })]);

      expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    });

    test('a canceled command is asked to end, then made to, and the call rejects only then', async () => {
      const controller = new AbortController();
      const pidFile = path('stubborn');
      const script = 'trap "" TERM; echo $$ >"$0.new"; mv "$0.new" "$0"; while :; do sleep 0.1; done';
      const running = shell.run(['sh', '-c', script, pidFile], { signal: controller.signal });
      const pid = Number(await eventually(() => readFileSync(pidFile, 'utf8')));
      controller.abort();

      await expect(running).rejects.toMatchObject({ code: 'COMMAND_CANCELED' });
      expect(isRunning(pid)).toBe(false);
      expect((await shell.run(['true'])).exitCode).toBe(0);
    });

    test('a command canceled in the queue never begins', async () => {
      const controller = new AbortController();
      const first = shell.run(['sleep', '0.1']);
      const second = shell.run(['touch', path('begun')], { signal: controller.signal });
      controller.abort();

      await expect(second).rejects.toMatchObject({ code: 'COMMAND_CANCELED' });
      await expect(shell.run(['true'], { signal: controller.signal })).rejects.toMatchObject({
        code: 'COMMAND_CANCELED',
      });
      await first;
      expect((await shell.run(['test', '-e', path('begun')])).exitCode).toBe(1);
    });

    test('a daemon that a command leaves behind does not hold it up', async () => {
      const { stdout } = await mustRun(shell, ['sh', '-c', 'sleep 600 & echo $!'], { keepLock: false });

      expect(isRunning(Number(stdout))).toBe(true);
      process.kill(Number(stdout));
    });
  });

  describe('append', () => {
    test('lines arrive in order without waiting for each other, in a directory that is made', async () => {
      const journal = path('state/api/journal.jsonl');
      await Promise.all(Array.from({ length: 50 }, (_, n) => shell.append(journal, `{"n":${n}} ü`)));

      expect(readFileSync(journal, 'utf8')).toBe(Array.from({ length: 50 }, (_, n) => `{"n":${n}} ü\n`).join(''));
    });

    test('a line that a dying machine tore does not swallow the next one', async () => {
      writeFileSync(path('torn'), 'whole\nhal');
      await shell.append(path('torn'), 'next');

      expect(readFileSync(path('torn'), 'utf8')).toBe('whole\nhal\nnext\n');
    });

    test('when a line cannot be written, nothing that was queued behind it happens', async () => {
      writeFileSync(path('file'), 'not a directory');
      const outcomes = await Promise.allSettled([
        shell.run(['touch', path('before')]),
        shell.append(`${path('file')}/journal`, 'step begins'),
        shell.run(['touch', path('after')]),
        shell.writeFile(path('after'), ''),
        shell.append(path('after'), ''),
      ]);

      const error = { code: 'WRITE_FAILED', message: expect.stringContaining(path('file')) };
      expect(outcomes).toMatchObject([
        { status: 'fulfilled' },
        ...Array.from({ length: 4 }, () => ({ status: 'rejected', reason: error })),
      ]);
      expect((await shell.run(['test', '-e', path('before')])).exitCode).toBe(0);
      expect((await shell.run(['test', '-e', path('after')])).exitCode).toBe(1);
    });

    test('a second failure is told by its own reason', async () => {
      mkdirSync(path('directory'));
      await expect(shell.append(`${path('file')}/journal`, 'x')).rejects.toThrow('Not a directory');
      await expect(shell.append(path('directory'), 'x')).rejects.toThrow('Is a directory');
    });

    test('a full disk has a code of its own, for our writes and for those of commands', async () => {
      await expect(shell.append('/dev/full', 'x')).rejects.toMatchObject({ code: 'DISK_FULL' });
      await expect(mustRun(shell, ['dd', 'if=/dev/zero', 'of=/dev/full', 'count=1'])).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining('No space is left on test-host'),
      });
    });

    test('a line is one line', async () => {
      await expect(shell.append(path('lines'), 'a\nb')).rejects.toThrow(TypeError);
    });
  });

  describe('writeFile', () => {
    test('a file is made whole, with its mode and its directories', async () => {
      await shell.writeFile(path('new/place/.env'), 'A=1\nB="ü\0"\n', 0o600);

      expect(readFileSync(path('new/place/.env'), 'utf8')).toBe('A=1\nB="ü\0"\n');
      expect(statSync(path('new/place/.env')).mode & 0o777).toBe(0o600);
    });

    test('it replaces a link, not what the link points at, and leaves nothing beside it', async () => {
      mkdirSync(path('linked'));
      writeFileSync(path('linked/original'), 'old');
      symlinkSync('original', path('linked/link'));
      await shell.writeFile(path('linked/link'), 'new');

      expect((await shell.run(['ls', '-A', path('linked')])).stdout).toBe('link\noriginal\n');
      expect([readFileSync(path('linked/original'), 'utf8'), readFileSync(path('linked/link'), 'utf8')]).toEqual([
        'old',
        'new',
      ]);
      expect(statSync(path('linked/link')).mode & 0o777).toBe(0o644);
    });

    test('a failure leaves the old file, and calls behind it go on', async () => {
      mkdirSync(path('taken/by-a-directory'), { recursive: true });
      const outcomes = await Promise.allSettled([
        shell.writeFile(path('taken/by-a-directory'), 'x'),
        shell.run(['true']),
      ]);

      expect(outcomes).toMatchObject([
        { status: 'rejected', reason: { code: 'WRITE_FAILED' } },
        { status: 'fulfilled' },
      ]);
      expect((await shell.run(['ls', '-A', path('taken')])).stdout).toBe('by-a-directory\n');
    });
  });

  describe('the lock', () => {
    test('who holds it stands beside it, and the second one is told', async () => {
      const lockFile = path('held/lock');
      const first = await open(lockFile);

      expect(JSON.parse(readFileSync(`${lockFile}.json`, 'utf8'))).toMatchObject({ by: 'ada@laptop' });
      await expect(open(lockFile)).rejects.toMatchObject({
        code: 'LOCK_HELD',
        message:
          'api on test-host is being changed by ada@laptop since 2026-01-01T00:00:00Z (deployment 20260101-000000-abc). Nothing was changed.',
      });
      await first.release();
      expect((await host.exec(['ls', '-A', path('held')])).stdout).toBe('lock\n');
      await (await open(lockFile)).release();
    });

    test('a holder that took it just now, and has not yet written who it is, is waited for', async () => {
      const lockFile = path('young/lock');
      mkdirSync(path('young'));
      const holder = spawn('flock', ['--no-fork', lockFile, 'sh', '-c', 'echo held; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(holder.stdout, 'data');
      const second = open(lockFile);
      // Whole at once, as a holder does it.
      writeFileSync(path('young/name'), '{"by":"bo@desk"}');
      setTimeout(() => renameSync(path('young/name'), `${lockFile}.json`), 200);

      await expect(second).rejects.toMatchObject({ code: 'LOCK_HELD', message: expect.stringContaining('bo@desk') });
      holder.kill('SIGKILL');
    });

    test('what a dead holder left beside it is written over', async () => {
      mkdirSync(path('stale'));
      writeFileSync(path('stale/lock.json'), '{"by":"a ghost"}');
      const again = await open(path('stale/lock'));

      expect(readFileSync(path('stale/lock.json'), 'utf8')).toContain('ada@laptop');
      await again.release();
    });

    test('it is free after release though a command left a daemon behind', async () => {
      const first = await open(path('daemon/lock'));
      const { stdout } = await mustRun(first, ['sh', '-c', 'sleep 600 & echo $!']);
      await first.release();
      const second = await open(path('daemon/lock'));

      expect(isRunning(Number(stdout))).toBe(true);
      await second.release();
      process.kill(Number(stdout));
    });

    test('a lock file that cannot be made is told by its path', async () => {
      writeFileSync(path('blocker'), '');

      await expect(open(path('blocker/lock'))).rejects.toMatchObject({
        code: 'WRITE_FAILED',
        message: expect.stringContaining('blocker'),
      });
    });

    test('released, a shell does nothing any more, and may be released again', async () => {
      const first = await open(path('released/lock'));
      await first.release();
      await first.release();

      await expect(first.run(['true'])).rejects.toThrow('was released');
    });
  });
});

describeSsh('a host without perl', () => {
  test('is told to install it', async () => {
    const sshd = await startSshd({ config: ['SetEnv PATH=/nonexistent'] });
    const host = await connectSsh(sshd.options());

    await expect(
      host.openShell({ target: 'api', lockFile: '/tmp/x', holder: { by: '', from: '', since: '', deployment: '' } }),
    ).rejects.toMatchObject({ code: 'TOOL_MISSING', message: expect.stringMatching(/^perl is not on the PATH/) });
    await host.close();
    await sshd.stop();
  });
});
