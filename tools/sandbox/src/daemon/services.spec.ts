import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { eventually, newFolder, removeSandbox, startTestSandbox } from '../../testing/sandbox';
import { sandboxStatus, startSandbox, stopSandbox, type RunningSandbox } from '..';
import { identityOf } from '../processes';

// Answers with the name of the release it runs from, and has a child process of its own.
const APP = `
const { spawn } = require('node:child_process');
const child = spawn('sleep', ['600'], { stdio: 'ignore' });
require('node:http')
  .createServer((_, answer) => answer.end(JSON.stringify({
    release: require('node:path').basename(process.cwd()), child: child.pid, main: process.pid, stateDir: process.env.STATE_DIR,
    token: process.env.TOKEN,
  })))
  .listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening'));
`;

interface Answer {
  readonly release: string;
  readonly main: number;
  readonly child: number;
  readonly stateDir: string;
  readonly token?: string;
}

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(async () => {
  await removeSandbox(sandbox.directory);
});

const inRoot = (...parts: string[]) => join(sandbox.values.root, ...parts);
const program = (name: string, ...args: string[]) =>
  execa(join(sandbox.directory, 'bin', name), args, { reject: false });
const systemctl = (...args: string[]) => program('systemctl', ...args);

function makeLive(release: string, app = APP): void {
  const folder = inRoot('releases', release);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.js'), app);
  symlinkSync(folder, inRoot('opt/new'));
  renameSync(inRoot('opt/new'), inRoot('opt/master-controller'));
}

const ask = async (): Promise<Answer> =>
  (await (await fetch(`http://127.0.0.1:${sandbox.values.master_controller_port}/`)).json()) as Answer;

const show = async (unit: string, ...properties: string[]) =>
  (await systemctl('show', unit, '--value', ...properties.flatMap((property) => ['-p', property]))).stdout;

function addUnit(name: string, definition: Record<string, unknown>): void {
  const whole = { workingDirectory: sandbox.values.root, enabled: false, ...definition };
  writeFileSync(join(sandbox.directory, 'units', `${name}.json`), JSON.stringify(whole));
}

describe('the service of a deployed target', () => {
  test('cannot start before anything is deployed, and says so', async () => {
    const { exitCode, stderr } = await systemctl('restart', 'master-controller');

    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `its working directory ${inRoot('opt/master-controller')} does not exist: nothing is deployed there yet`,
    );
  });

  test('restart runs what its path leads to now, and ends the old process with its children', async () => {
    makeLive('v1');
    expect((await systemctl('restart', 'master-controller')).exitCode).toBe(0);
    const first = await eventually(ask);
    makeLive('v2');

    expect((await systemctl('restart', 'master-controller.service')).exitCode).toBe(0);

    const second = await eventually(ask);
    expect([first.release, second.release]).toEqual(['v1', 'v2']);
    expect(second.stateDir).toBe(inRoot('opt/polydev-ai'));
    expect(identityOf(first.main)).toBeUndefined();
    await eventually(() => expect(identityOf(first.child)).toBeUndefined());
  });

  test('it gets the decrypted values that a deploy has placed, as they are when it starts', async () => {
    const folder = inRoot('opt/polydev-ai/targets/master-controller/secrets');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'live.env'), 'TOKEN="one \\"two\\" \\$three"\n');
    expect((await eventually(ask)).token).toBeUndefined();
    await systemctl('restart', 'master-controller');
    expect((await eventually(ask)).token).toBe('one "two" $three');
    rmSync(folder, { recursive: true });
    await systemctl('restart', 'master-controller');
    expect((await eventually(ask)).token).toBeUndefined();
  });

  test('systemctl knows its process, and /proc its release', async () => {
    const { main } = await ask();

    expect(await show('master-controller', 'MainPID', 'NRestarts', 'ActiveState')).toBe(`${main}\n0\nactive`);
    expect(await show('master-controller', 'WorkingDirectory')).toBe(inRoot('releases/v2'));
    expect((await systemctl('is-active', 'master-controller')).stdout).toBe('active');
    expect((await systemctl('status', 'master-controller')).stdout).toContain(`Main PID: ${main} (node)`);
  });

  test('it is started again when it dies', async () => {
    const { main } = await ask();

    process.kill(main, 'SIGKILL');

    const again = await eventually(async () => {
      const answer = await ask();
      expect(answer.main).not.toBe(main);
      return answer;
    });
    expect(again.release).toBe('v2');
    expect(await show('master-controller', 'NRestarts')).toBe('1');
    expect((await program('journalctl', '-u', 'master-controller', '-n', '20')).stdout).toContain(
      'its main process ended with SIGKILL; it is started again in 100 ms',
    );
  });

  test('a crash loop ends in the state failed, with the reason in its log', async () => {
    makeLive('v3', 'console.error("no database"); process.exit(7)');
    await systemctl('restart', 'master-controller');

    await eventually(async () => expect(await show('master-controller', 'ActiveState')).toBe('failed'));

    expect(await show('master-controller', 'NRestarts', 'ExecMainStatus')).toBe('5\n7');
    expect((await systemctl('is-active', '--quiet', 'master-controller')).exitCode).toBe(3);
    const log = (await program('journalctl', '--unit=master-controller', '--lines=2', '--no-pager', '--output', 'cat'))
      .stdout;
    expect(log).toMatch(/^no database\n.*failed: its main process ended with exit code 7, 6 times in a row/);
    const status = await systemctl('status', 'master-controller');
    expect([status.exitCode, status.stdout]).toEqual([3, expect.stringContaining('Active: failed (failed)')]);
  });

  test('a restart brings it out of that state', async () => {
    makeLive('v4');

    await systemctl('restart', 'master-controller');

    expect((await eventually(ask)).release).toBe('v4');
    expect(await show('master-controller', 'ActiveState', 'NRestarts')).toBe('0\nactive');
  });

  test('stop ends it, and it stays so', async () => {
    const { main } = await ask();

    expect((await systemctl('stop', 'master-controller')).exitCode).toBe(0);

    expect(identityOf(main)).toBeUndefined();
    expect((await systemctl('is-active', 'master-controller')).stdout).toBe('inactive');
  });
});

describe('systemctl answers as on a server', () => {
  test.each([
    ['restart nope', 5, 'Failed to restart nope.service: Unit nope.service not found.'],
    ['status nope', 4, 'Unit nope.service could not be found.'],
    ['is-active nope', 3, 'inactive'],
    ['show nope -P LoadState', 0, 'not-found'],
    ['is-enabled nope', 1, 'Failed to get unit file state for nope.service: No such file or directory'],
    ['reload polydev-frontend', 1, 'Job type reload is not applicable for unit polydev-frontend.service.'],
    ['is-system-running', 0, 'running'],
    ['restart', 1, 'Too few arguments.'],
    ['edit polydev-frontend', 1, 'Unknown command verb edit.'],
    ['restart --root=/ polydev-frontend', 1, "does not know the option '--root=/'"],
    ['list-units --no-pager', 0, 'polydev-frontend                 loaded inactive     dead          Polydev frontend'],
  ])('systemctl %s → exit code %i', async (line, exitCode, said) => {
    const { stdout, stderr, exitCode: actual } = await systemctl(...line.split(' '));

    expect(`${stdout}\n${stderr}`).toContain(said);
    expect(actual).toBe(exitCode);
  });

  test('several units at once: those that exist are changed, the exit code tells of the other', async () => {
    addUnit('several', { command: ['sleep', '600'] });
    await systemctl('daemon-reload');

    expect((await systemctl('start', 'several', 'nope')).exitCode).toBe(5);

    expect(await show('several', 'ActiveState')).toBe('active');
    await systemctl('stop', 'several');
  });
});

describe("units of one's own", () => {
  test('one that ignores SIGTERM is killed when its time is up', async () => {
    const deaf = "trap '' TERM; echo armed; while :; do sleep 0.1; done";
    addUnit('stubborn', { command: ['sh', '-c', deaf], stopTimeoutMs: 200 });
    await systemctl('daemon-reload');
    await systemctl('start', 'stubborn');
    const pid = Number(await show('stubborn', 'MainPID'));
    await eventually(async () => expect((await program('journalctl', '-u', 'stubborn')).stdout).toContain('armed'));

    await systemctl('stop', 'stubborn');

    expect(identityOf(pid)).toBeUndefined();
    expect((await program('journalctl', '-u', 'stubborn', '-n', '1')).stdout).toContain('stopped (SIGKILL)');
  });

  test('a program that does not exist fails with its name', async () => {
    addUnit('missing', { command: ['no-such-program'] });
    await systemctl('daemon-reload');

    expect((await systemctl('start', 'missing')).stderr).toContain('no-such-program could not be started');
  });

  test('a broken unit file is reported and does not stand in the way of others', async () => {
    writeFileSync(join(sandbox.directory, 'units', 'broken.json'), '{ "command": "node", "workDir": "/x" }');
    await systemctl('daemon-reload');

    const log = readFileSync(join(sandbox.directory, 'sandbox.log'), 'utf8');
    expect(log).toContain('broken.json is not a unit of the sandbox: workDir: unknown key');
    expect(log).toContain('command: should be a list of texts, the program first');
    expect((await systemctl('start', 'broken')).exitCode).toBe(5);
  });
});

test('enabled units come back with the sandbox, disabled ones do not', async () => {
  makeLive('v5');
  addUnit('not-wanted', { command: ['sleep', '600'], enabled: true });
  addUnit('wanted', { command: ['sleep', '600'] });
  await systemctl('daemon-reload');
  await systemctl('enable', '--now', 'wanted');
  await systemctl('disable', 'not-wanted');

  await stopSandbox(sandbox.directory);
  await startSandbox({ directory: sandbox.directory });

  expect((await eventually(ask)).release).toBe('v5');
  const status = await sandboxStatus(sandbox.directory);
  const units = status.state === 'running' ? status.units : [];
  expect(units.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'master-controller active',
    'missing inactive',
    'not-wanted inactive',
    'polydev-frontend inactive',
    'postgresql active',
    'several inactive',
    'stubborn inactive',
    'wanted active',
  ]);
});

test('two sandboxes have each their own ports and files', async () => {
  const other = await startTestSandbox(newFolder());
  const portsOf = ({ values }: RunningSandbox) => [
    values.ssh_port,
    values.master_controller_port,
    values.frontend_port,
  ];

  expect(new Set([...portsOf(sandbox), ...portsOf(other)]).size).toBe(6);
  expect(other.values.root.startsWith(other.directory)).toBe(true);
  await removeSandbox(other.directory);
  expect(await sandboxStatus(sandbox.directory)).toMatchObject({ state: 'running' });
});
