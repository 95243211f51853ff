import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { leaksInDirectories, leaksInTexts, plantCanary, watchProcesses, type Watch } from './index';

const canary = plantCanary();

describe('texts', () => {
  const { value } = canary;
  it.each<[string, string]>([
    ['as it is', `TOKEN=${value}`],
    ['in JSON', JSON.stringify({ a: { token: value } })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ token: value }))],
    ['quoted for a shell', `'${value.replaceAll("'", `'\\''`)}'`],
    ['in a URL', `https://u:${encodeURIComponent(value)}@x`],
    ['in Base64', Buffer.from(value).toString('base64')],
    ['in Base64 of something longer', Buffer.from(`x${value}yz`).toString('base64')],
    ['in Base64 of something longer still', Buffer.from(`xy${value}z`).toString('base64')],
    ['in Base64 for URLs', Buffer.from(value).toString('base64url')],
    ['in hexadecimal digits', Buffer.from(value).toString('hex')],
    ['in UTF-16', Buffer.from(value, 'utf16le').toString('latin1')],
  ])('tell of the canary %s', (_, text) => {
    expect(leaksInTexts(canary, { log: `before ${text} after`, clean: 'nothing' })).toEqual([{ where: 'log' }]);
  });

  it('tell of no other canary', () => {
    expect(canary.isIn(plantCanary().value)).toBe(false);
  });
});

describe('directories', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'polydev-canary-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('tell of it in hidden files, binary ones, names and links, and say nothing of where it is expected', () => {
    mkdirSync(join(directory, '.cache/deep'), { recursive: true });
    const at = (name: string) => join(directory, name);
    writeFileSync(
      at('.cache/deep/blob'),
      Buffer.concat([Buffer.alloc(1024 * 1024 - 40, 0xff), Buffer.from(canary.value)]),
    );
    writeFileSync(at('expected.env'), canary.value);
    writeFileSync(at('clean'), 'nothing');
    writeFileSync(at(canary.needles[0] ?? ''), '');
    symlinkSync(`/nowhere/${canary.needles[0] ?? ''}`, at('link'));
    const found = leaksInDirectories(canary, [directory], [at('expected.env')]).map(({ where }) => where);
    expect(found.sort()).toEqual(
      [at('.cache/deep/blob'), 'the name of a file', `where ${at('link')} points to`].sort(),
    );
  });

  it('without it tell nothing', () => {
    writeFileSync(join(directory, 'clean'), 'nothing');
    expect(leaksInDirectories(canary, [directory, join(directory, 'missing')])).toEqual([]);
  });
});

describe('processes', () => {
  const children: ChildProcess[] = [];
  let watch: Watch;
  beforeEach(async () => (watch = await watchProcesses(canary)));
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill();
    await watch.stop();
  });

  const start = async (args: readonly string[], env: Record<string, string> = {}) => {
    const script = 'process.stdout.write("up"); process.stdin.resume()';
    const child = spawn(process.execPath, ['-e', script, '--', ...args], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  };

  it('that have it in an argument or a variable are told, without it', async () => {
    const one = await start(['--token', `--url=${encodeURIComponent(canary.value)}`]);
    const other = await start([], { CLEAN: 'x', TOKEN: canary.value });
    const leaks = await watch.stop();
    const name = expect.any(String) as string;
    expect([...leaks].sort((a, b) => a.pid - b.pid)).toEqual(
      [
        { pid: one.pid, name, where: `argument 5 of process ${one.pid} (node)` },
        { pid: other.pid, name, where: `environment variable TOKEN of process ${other.pid} (node)` },
      ].sort((a, b) => (a.pid ?? 0) - (b.pid ?? 0)),
    );
    expect(canary.isIn(JSON.stringify(leaks))).toBe(false);
  });

  it('are told also when they have ended since', async () => {
    const child = await start([canary.value]);
    while (watch.leaks().length === 0) await wait(5);
    child.stdin.end();
    await once(child, 'exit');
    expect((await watch.stop()).map(({ pid }) => pid)).toEqual([child.pid]);
  });

  it('that were forked and have started no program of their own are their parent', async () => {
    const child = spawn('perl', ['-e', '$| = 1; fork; print "up\\n"; sleep 60 while 1'], {
      env: { TOKEN: canary.value },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let said = '';
    for await (const chunk of child.stdout) if ((said += String(chunk)).includes('up\nup\n')) break;
    const seen = (await watch.stop()).map(({ pid }) => pid);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    expect(seen).toEqual([child.pid]);
  });

  it('that have it in memory only are not told of', async () => {
    const child = await start([]);
    child.stdin.write(canary.value);
    expect(await watch.stop()).toEqual([]);
  });
});
