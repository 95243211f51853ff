import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { connectTo, openCommand, run } from '../testing/client';
import { eventually, newFolder, pidIn, removeSandbox, startTestSandbox } from '../testing/sandbox';
import { sandboxStatus, startSandbox, stopSandbox } from '.';
import { identityOf, membersOf } from './processes';

const folders: string[] = [];
const folder = (): string => {
  const made = newFolder();
  folders.push(made);
  return made;
};
afterAll(async () => {
  for (const each of folders) await removeSandbox(each);
});

const door = (...args: string[]) =>
  execa(process.execPath, [join(__dirname, '../sandbox.cjs'), ...args], { reject: false });

function deploySleeper(root: string): void {
  mkdirSync(join(root, 'opt/master-controller'), { recursive: true });
  writeFileSync(join(root, 'opt/master-controller/main.js'), 'setInterval(() => {}, 1000)');
}

/** Number of the process that a running unit is. */
async function mainProcess(directory: string, unit: string): Promise<number> {
  const status = await sandboxStatus(directory);
  const units = status.state === 'running' ? status.units : [];
  return units.find(({ name }) => name === unit)?.pid ?? 0;
}

/** Whether any process of this machine mentions the folder: a second opinion to the sandbox's own search. */
const mentioned = (directory: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const text = ['environ', 'cmdline'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')).join();
        return pid !== process.pid && text.includes(directory);
      } catch {
        return false;
      }
    });

describe('start', () => {
  test('a second one finds the first, changes nothing and keeps the values', async () => {
    const directory = folder();
    const first = await startTestSandbox(directory);

    const second = await startSandbox({ directory });

    expect(second).toMatchObject({ started: false, sandbox: { pid: first.pid, values: first.values } });
    expect(JSON.parse(readFileSync(join(directory, 'values.json'), 'utf8'))).toMatchObject(first.values);
  });

  test('of two at once one starts it and the other waits for that', async () => {
    const directory = folder();
    const args = ['start', '--directory', directory, '--free-ports', '--json'];

    const results = await Promise.all([door(...args), door(...args)]);

    const answers = results.map(({ stdout }) => JSON.parse(stdout) as { started: boolean; sandbox: { pid: number } });
    expect(answers.map(({ started }) => started).sort()).toEqual([false, true]);
    expect(answers[0]?.sandbox.pid).toBe(answers[1]?.sandbox.pid);
  });

  test('ports stay the same from start to start, and give way to somebody who took one meanwhile', async () => {
    const directory = folder();
    const { values } = await startTestSandbox(directory);
    await stopSandbox(directory);
    const again = await startTestSandbox(directory);
    expect(again.values).toEqual(values);
    await stopSandbox(directory);
    const squatters = [values.ssh_port, values.master_controller_port].map((port) =>
      createServer().listen(port, '127.0.0.1'),
    );
    await Promise.all(squatters.map((squatter) => once(squatter, 'listening')));

    const third = await startTestSandbox(directory);

    expect(third.values.ssh_port).not.toBe(values.ssh_port);
    expect(third.values.master_controller_port).not.toBe(values.master_controller_port);
    expect(third.values.frontend_port).toBe(values.frontend_port);
    for (const squatter of squatters) squatter.close();
  });

  test('says why it cannot, and leaves nothing running', async () => {
    const directory = folder();
    writeFileSync(join(directory, 'client_key'), 'not a key');

    await expect(startTestSandbox(directory)).rejects.toMatchObject({
      code: 'SANDBOX_START_FAILED',
      message: expect.stringContaining(`${directory}/client_key is not a private key`) as string,
    });
    expect(mentioned(directory)).toEqual([]);
  });

  test('works in a folder whose path is too long for a socket, has spaces, and is reached through a symlink', async () => {
    const base = folder();
    const deep = join(base, 'a folder with spaces and "quotes"', 'x'.repeat(120), '.sandbox');
    mkdirSync(deep, { recursive: true });
    symlinkSync(deep, join(base, 'link'));

    const sandbox = await startTestSandbox(join(base, 'link'));
    const client = await connectTo(sandbox.values);
    const { stdout } = await run(client, 'systemctl is-system-running; sh -c "pwd"');
    client.end();

    expect(sandbox.directory).toBe(realpathSync(deep));
    expect(stdout).toBe(`running\n${deep}/root\n`);
    expect(await stopSandbox(deep)).toMatchObject({ wasRunning: true });
  });

  test('brings back a service that ended by itself, and leaves one that was disabled', async () => {
    const directory = folder();
    const { values, pid } = await startTestSandbox(directory);
    deploySleeper(values.root);
    await execa(join(directory, 'bin/systemctl'), ['start', 'master-controller']);
    const first = await mainProcess(directory, 'master-controller');
    process.kill(first, 'SIGTERM');
    await eventually(async () => expect(await mainProcess(directory, 'master-controller')).toBe(0));

    const second = await startSandbox({ directory });

    expect(second).toMatchObject({ started: false, unitsStarted: ['master-controller'], sandbox: { pid } });
    expect(await mainProcess(directory, 'master-controller')).not.toBe(first);
    await execa(join(directory, 'bin/systemctl'), ['disable', '--now', 'master-controller']);
    expect((await startSandbox({ directory })).unitsStarted).toEqual([]);
    expect(await mainProcess(directory, 'master-controller')).toBe(0);
  });

  test('a daemon of other sources is started anew', async () => {
    const directory = folder();
    const { pid } = await startTestSandbox(directory);
    const file = join(directory, 'daemon.json');
    const said = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...said, version: 'of an older checkout' }));

    const { started, sandbox } = await startSandbox({ directory });

    expect(started).toBe(true);
    expect(sandbox.pid).not.toBe(pid);
  });
});

describe('stop', () => {
  test('leaves nothing running: services, commands, orphans, and what dropped the mark', async () => {
    const directory = folder();
    const { values } = await startTestSandbox(directory);
    deploySleeper(values.root);
    const client = await connectTo(values);
    client.on('error', () => undefined);
    await run(client, 'systemctl start master-controller; setsid sleep 600 >/dev/null 2>&1 </dev/null &');
    await openCommand(client, `env -i sleep 600 & echo $! >"$HOME/unmarked"; wait`);
    const unmarked = await eventually(() => pidIn(join(values.root, 'home/sandbox/unmarked')));
    expect(mentioned(directory).length).toBeGreaterThan(3);

    expect(await stopSandbox(directory)).toMatchObject({ wasRunning: true });

    expect(mentioned(directory)).toEqual([]);
    expect(identityOf(unmarked)).toBeUndefined();
    expect(await sandboxStatus(directory)).toEqual({ state: 'stopped', directory, leftovers: 0 });
    client.destroy();
  });

  test('a second one does nothing', async () => {
    const directory = folder();

    expect(await stopSandbox(directory)).toEqual({ directory, wasRunning: false, leftoversEnded: 0 });
  });

  test('never ends a process that merely got the number of a daemon that is gone', async () => {
    const directory = folder();
    const bystander = execa('sleep', ['600'], { reject: false });
    const pid = bystander.pid as number;
    const identity = { ...identityOf(pid), startTime: '1', startedAt: '2026-01-01T00:00:00.000Z', version: '' };
    writeFileSync(join(directory, 'daemon.json'), JSON.stringify(identity));

    expect(await stopSandbox(directory)).toMatchObject({ wasRunning: false });

    expect(identityOf(pid)).toBeDefined();
    bystander.kill();
    await bystander;
  });
});

describe('when the daemon was killed', () => {
  test('its services run on, status says what happened, and a start ends them and begins anew', async () => {
    const directory = folder();
    const before = await startTestSandbox(directory);
    deploySleeper(before.values.root);
    await execa(join(directory, 'bin/systemctl'), ['start', 'master-controller']);
    const service = await mainProcess(directory, 'master-controller');
    process.kill(before.pid, 'SIGKILL');
    await eventually(() => expect(identityOf(before.pid)).toBeUndefined());
    const left = membersOf(directory);
    expect(left).toContain(service);
    expect(await sandboxStatus(directory)).toMatchObject({ state: 'died', cause: 'killed' });
    expect((await door('status', '--directory', directory)).stdout).toMatch(
      /not running: its process was killed .* Still without supervision: \d+ processes of it.*\n.*npm run sandbox:start/,
    );

    const { sandbox, leftoversEnded } = await startSandbox({ directory });

    expect(leftoversEnded).toBeGreaterThan(0);
    for (const pid of left) expect(identityOf(pid)).toBeUndefined();
    expect(sandbox.values).toEqual(before.values);
    expect(sandbox.units.find(({ name }) => name === 'master-controller')).toMatchObject({ state: 'active' });
  });

  test('a stop ends what it left', async () => {
    const directory = folder();
    const { pid, values } = await startTestSandbox(directory);
    deploySleeper(values.root);
    await execa(join(directory, 'bin/systemctl'), ['start', 'master-controller']);
    process.kill(pid, 'SIGKILL');
    await eventually(() => expect(identityOf(pid)).toBeUndefined());

    expect((await door('stop', '--directory', directory)).stdout).toMatch(
      /was not running; ended \d+ processes that an earlier run had left\./,
    );
    expect(mentioned(directory)).toEqual([]);
  });

  test('a restart of the machine is told from a kill', async () => {
    const directory = folder();
    const file = { pid: 1, startTime: '1', boot: 'another', startedAt: '2026-01-01T00:00:00.000Z', version: '' };
    writeFileSync(join(directory, 'daemon.json'), JSON.stringify(file));

    expect((await door('status', '--directory', directory)).stdout).toContain(
      'not running: the machine was started anew',
    );
  });

  test('its programs say that it is not running', async () => {
    const directory = folder();
    await startTestSandbox(directory);
    await stopSandbox(directory);

    const { stderr, exitCode } = await execa(join(directory, 'bin/systemctl'), ['restart', 'x'], { reject: false });

    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('the sandbox is not running')]);
  });
});

test('a sandbox whose folder was deleted ends by itself', async () => {
  const directory = folder();
  const { pid } = await startTestSandbox(directory);

  rmSync(directory, { recursive: true });

  await eventually(() => expect(identityOf(pid)).toBeUndefined());
  expect(mentioned(directory)).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});

describe('the command line', () => {
  test('start, status, logs and stop say what a person needs', async () => {
    const directory = folder();
    const at = ['--directory', directory];

    expect((await door('start', '--free-ports', ...at)).stdout).toMatch(/^sandbox: started\nsandbox: running since /);
    expect((await door('start', ...at)).stdout).toContain('sandbox: runs already');
    const { stdout } = await door('status', ...at);
    expect(stdout).toContain(`ssh     ssh -F ${directory}/ssh_config sandbox`);
    expect(stdout).toMatch(/master-controller {4}inactive {5}http:\/\/localhost:\d+ +nothing is running/);
    expect((await door('logs', ...at)).stdout).toContain('ready as process');
    expect((await door('logs', 'nope', ...at)).stderr).toContain(
      'The sandbox has no log of "nope"; it has: postgresql.',
    );
    expect((await door('stop', ...at)).stdout).toBe(`sandbox: stopped. What was deployed stays in ${directory}.`);
    expect((await door('status', ...at)).stdout).toContain('sandbox: not running');
  });

  test('what it does not understand is explained, without a stack', async () => {
    const { stderr, exitCode } = await door('begin');

    expect(stderr).toMatch(/^SANDBOX_COMMAND_UNKNOWN: The sandbox knows no "begin"\. Nothing was changed\.\nUse: .*$/);
    expect(exitCode).toBe(1);
  });
});
