import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { graceOf } from './on-termination';

/** Signals and child processes need a real process: each test bundles a few lines around the library and runs them. */
let folder: string;
const running: ChildProcess[] = [];
const start = (source: string, env: NodeJS.ProcessEnv = {}): ChildProcess => {
  buildSync({
    stdin: { contents: source, resolveDir: __dirname, loader: 'ts' },
    outfile: join(folder, 'program.js'),
    bundle: true,
    platform: 'node',
  });
  const child = spawn(process.execPath, [join(folder, 'program.js')], { cwd: folder, env: { ...process.env, ...env } });
  running.push(child);
  return child;
};
const placeSystemdNotify = () => {
  const program = join(folder, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\nprintf '%s' "$*" > told.new && mv told.new told\n`);
  chmodSync(program, 0o755);
};
const exitOf = async (child: ChildProcess) => (await once(child, 'exit')) as [number | null, string | null];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signals-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('notifyReady', () => {
  const source = `import { notifyReady } from './notify-ready'; notifyReady();`;
  it('tells systemd when systemd asked for it', async () => {
    placeSystemdNotify();
    await exitOf(start(source, { NOTIFY_SOCKET: '/run/any', PATH: `${folder}:${process.env['PATH']}` }));
    // The program does not wait for its messenger.
    while (!existsSync(join(folder, 'told'))) await new Promise((next) => setTimeout(next, 5));
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('READY=1');
  });

  it('tells nobody when nobody asked', async () => {
    placeSystemdNotify();
    const asked = start(source, { NOTIFY_SOCKET: '', PATH: `${folder}:${process.env['PATH']}` });
    expect(await exitOf(asked)).toEqual([0, null]);
    expect(existsSync(join(folder, 'told'))).toBe(false);
  });

  it('does not end the program on a machine without systemd', async () => {
    expect(await exitOf(start(source, { NOTIFY_SOCKET: '/run/any', PATH: folder }))).toEqual([0, null]);
  });
});

describe('onTermination', () => {
  const program = (close: string, graceMs = 4_000) => `
    import { onTermination } from './on-termination';
    onTermination(${close}, ${graceMs});
    setInterval(() => undefined, 1_000);
    console.log('up');`;

  it.each(['SIGTERM', 'SIGINT'] as const)('closes once and exits 0 on %s', async (signal) => {
    const child = start(program(`async () => { console.log('closed') }`));
    let output = '';
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
    await once(child.stdout!, 'data');
    child.kill(signal);
    expect(await exitOf(child)).toEqual([0, null]);
    expect(output).toBe('up\nclosed\n');
  });

  it('exits when closing takes longer than the grace time', async () => {
    const child = start(program('() => new Promise(() => undefined)', 20));
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    expect(await exitOf(child)).toEqual([0, null]);
  });

  it('tells systemd that it stops, where systemd asked', async () => {
    placeSystemdNotify();
    const child = start(program('() => new Promise(() => undefined)'), {
      NOTIFY_SOCKET: '/run/any',
      PATH: `${folder}:${process.env['PATH']}`,
    });
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    while (!existsSync(join(folder, 'told'))) await new Promise((next) => setTimeout(next, 5));
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('STOPPING=1');
  });

  it.each([
    ['4 s where the unit tells no limit', {}, 4_000],
    ['4 s where what it tells is no number', { STOP_TIMEOUT: 'soon' }, 4_000],
    ['a second less than the limit', { STOP_TIMEOUT: '30' }, 29_000],
    ['half of a short limit', { STOP_TIMEOUT: '1.5' }, 750],
  ])('gives %s', (_, environment, expected) => {
    expect(graceOf(environment)).toBe(expected);
  });

  it('exits 1 and says why when closing fails', async () => {
    const child = start(program(`async () => { throw new Error('the disk went away') }`));
    let complaint = '';
    child.stderr?.on('data', (data: Buffer) => (complaint += data.toString()));
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    expect(await exitOf(child)).toEqual([1, null]);
    expect(complaint).toContain('Error: the disk went away');
  });
});
