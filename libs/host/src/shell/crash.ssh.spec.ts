import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSsh, eventually, isRunning, startProxy, startSshd, type TestSshd } from '../../testing';
import { connectSsh, type Host, type HostShell } from '..';

/** Says where it runs, does not let itself be asked to end, and ends when the file `<pid file>.go` appears. */
const STUBBORN = 'trap "" TERM; echo $$ >"$0.new"; mv "$0.new" "$0"; while [ ! -e "$0.go" ]; do sleep 0.02; done';

describeSsh('when the deployer dies', () => {
  let sshd: TestSshd;
  let host: Host;
  const path = (name: string) => join(sshd.directory, name);
  const open = (lockFile: string): Promise<HostShell> =>
    host.openShell({
      target: 'api',
      lockFile,
      holder: { by: 'bob@desk', from: 'desk', since: 'now', deployment: 'd2' },
    });
  /** A deployer in a process of its own that holds the lock, and runs a command. */
  const deployer = async (lockFile: string, ...command: string[]): Promise<{ kill: (signal: 'SIGKILL') => void }> => {
    const program = require.resolve('../../testing/hold-lock');
    const register = require.resolve('@polydev/run-source');
    const child = spawn(
      process.execPath,
      ['-r', register, program, JSON.stringify(sshd.options()), lockFile, ...command],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.once('exit', () => reject(new Error('the deployer did not start')));
    });
    return child;
  };
  const pidIn = (file: string): Promise<number> => eventually(() => Number(readFileSync(file, 'utf8')));
  beforeAll(async () => {
    sshd = await startSshd();
    host = await connectSsh(sshd.options());
  });
  afterAll(async () => {
    await host.close();
    await sshd.stop();
  });

  test('killed, it frees the lock, and what it ran is ended', async () => {
    const child = await deployer(
      path('a/lock'),
      'keep',
      'sh',
      '-c',
      'echo $$ >"$0.new"; mv "$0.new" "$0"; sleep 600',
      path('a-pid'),
    );
    const pid = await pidIn(path('a-pid'));
    await expect(open(path('a/lock'))).rejects.toMatchObject({
      code: 'LOCK_HELD',
      message: expect.stringContaining('ada@laptop'),
    });
    child.kill('SIGKILL');

    const shell = await eventually(() => open(path('a/lock')));
    expect(isRunning(pid)).toBe(false);
    await shell.release();
  });

  test('a command of its own that does not end holds the lock until it has', async () => {
    const child = await deployer(path('b/lock'), 'keep', 'sh', '-c', STUBBORN, path('b-pid'));
    const pid = await pidIn(path('b-pid'));
    const shellPid = Number(/^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
    child.kill('SIGKILL');
    await eventually(() => expect(isRunning(shellPid)).toBe(false));

    expect(isRunning(pid)).toBe(true);
    await expect(open(path('b/lock'))).rejects.toMatchObject({ code: 'LOCK_HELD' });
    writeFileSync(path('b-pid.go'), '');
    const shell = await eventually(() => open(path('b/lock')));
    expect(isRunning(pid)).toBe(false);
    await shell.release();
  });

  test('a restart that runs is let end, and nobody gets the lock before: cut in two it could leave no service', async () => {
    const restart =
      'echo $$ >"$0.new"; mv "$0.new" "$0"; while [ ! -e "$0.go" ]; do echo waiting; sleep 0.05; done; : >"$0.done"';
    const child = await deployer(path('c/lock'), 'close', 'sh', '-c', restart, path('c-pid'));
    await pidIn(path('c-pid'));
    child.kill('SIGKILL');

    await expect(open(path('c/lock'))).rejects.toMatchObject({ code: 'LOCK_HELD' });
    writeFileSync(path('c-pid.go'), '');
    const shell = await eventually(() => open(path('c/lock')));
    expect(existsSync(path('c-pid.done'))).toBe(true);
    await shell.release();
  });

  test('a daemon that a restart left behind holds nothing', async () => {
    const leaves = 'setsid sh -c "$1" "$0" >/dev/null 2>&1 </dev/null &';
    const child = await deployer(path('d/lock'), 'close', 'sh', '-c', leaves, path('d-pid'), STUBBORN);
    const pid = await pidIn(path('d-pid'));
    child.kill('SIGKILL');

    const shell = await eventually(() => open(path('d/lock')));
    expect(isRunning(pid)).toBe(true);
    writeFileSync(path('d-pid.go'), '');
    await shell.release();
  });
});

describeSsh('when the wire is cut', () => {
  let sshd: TestSshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  test('the host ends the shell by itself, and every call under way fails with a code', async () => {
    const proxy = await startProxy(sshd.port);
    const near = await connectSsh(sshd.options());
    const far = await connectSsh(sshd.options({ port: proxy.port, keepaliveMs: 100 }));
    const lock = {
      target: 'api',
      lockFile: join(sshd.directory, 'lock'),
      holder: { by: 'ada@laptop', from: 'laptop', since: 'now', deployment: 'd1' },
      heartbeatTimeoutMs: 400,
    };
    const shell = await far.openShell(lock);
    const begun = join(sshd.directory, 'begun');
    const calls = Promise.allSettled([
      shell.run(['sh', '-c', 'touch "$0"; sleep 600', begun]),
      shell.append(join(sshd.directory, 'journal'), 'never written'),
    ]);
    await eventually(() => expect(existsSync(begun)).toBe(true));
    proxy.cut();

    expect(await calls).toMatchObject([
      { reason: { code: 'CONNECTION_LOST', message: expect.stringContaining('sleep 600') } },
      { reason: { code: 'CONNECTION_LOST' } },
    ]);
    await expect(shell.run(['true'])).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    const next = await eventually(() => near.openShell(lock));
    expect(existsSync(join(sshd.directory, 'journal'))).toBe(false);
    await next.release();
    await shell.release();
    await Promise.all([near.close(), far.close()]);
    await proxy.stop();
  });

  test('a shell that works on for longer than the time-out lives on', async () => {
    const host = await connectSsh(sshd.options());
    const shell = await host.openShell({
      target: 'api',
      lockFile: join(sshd.directory, 'lock2'),
      holder: { by: '', from: '', since: '', deployment: '' },
      heartbeatTimeoutMs: 1_500,
    });

    expect(await shell.run(['sh', '-c', 'sleep 5; echo still here'])).toMatchObject({ stdout: 'still here\n' });
    await shell.release();
    await host.close();
  });

  test('when sshd dies, so do the calls', async () => {
    const host = await connectSsh(sshd.options());
    const shell = await host.openShell({
      target: 'api',
      lockFile: join(sshd.directory, 'lock3'),
      holder: { by: '', from: '', since: '', deployment: '' },
    });
    const running = shell.run(['sleep', '600']);
    sshd.killConnections();

    await expect(running).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await host.close();
  });
});
