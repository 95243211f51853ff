import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../build';

const info = { target: 'vm-agent', environment: 'test', release: 'r1', sha: 'a'.repeat(40), digest: 'd'.repeat(64) };

/** The built agent in a release, started through the symlink as a service manager would. */
describe('the agent, built and started from a release', () => {
  let folder: string;
  let agent: ChildProcess | undefined;

  const start = async (env: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, [join(folder, 'live/main.js')], {
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    agent = child;
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, line: JSON.parse(line.toString()) as { message: string; port: number; reason: string } };
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vm-agent-'));
    mkdirSync(join(folder, 'releases'));
    build(join(folder, 'releases/r1'));
    writeFileSync(join(folder, 'releases/r1/.release.json'), JSON.stringify(info));
    symlinkSync('releases/r1', join(folder, 'live'));
  });
  afterEach(() => agent?.kill('SIGKILL'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is two files that need nothing installed', () => {
    expect(readdirSync(join(folder, 'releases/r1')).sort()).toEqual(['.release.json', 'main.js', 'package.json']);
  });

  it('is ready, and tells which release it is', async () => {
    const { line } = await start({ PORT: '0' });
    const response = await fetch(`http://127.0.0.1:${line.port}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ready',
      release: 'r1',
      sha: info.sha,
      digest: info.digest,
    });
  });

  it('tells the image it runs in when it was told of it', async () => {
    const image = { IMAGE_ID: 'img-0123456789abcdef', AGENT_VERSION: '1.2.3', AGENT_DIGEST: 'e'.repeat(64) };
    rmSync(join(folder, 'releases/r1/.release.json'));
    try {
      const { line } = await start({ PORT: '0', ...image });
      const response = await fetch(`http://127.0.0.1:${line.port}/health`);
      expect(await response.json()).toEqual({
        status: 'ready',
        image: 'img-0123456789abcdef',
        version: '1.2.3',
        digest: 'e'.repeat(64),
      });
    } finally {
      writeFileSync(join(folder, 'releases/r1/.release.json'), JSON.stringify(info));
    }
  });

  it('says what it knows nothing of', async () => {
    const { line } = await start({ PORT: '0' });
    const elsewhere = await fetch(`http://127.0.0.1:${line.port}/metrics`);
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.json()).toMatchObject({ code: 'NOT_FOUND', message: 'There is nothing at /metrics.' });
    const posted = await fetch(`http://127.0.0.1:${line.port}/health`, { method: 'POST' });
    expect(posted.status).toBe(405);
  });

  it('ends with exit code 0 on SIGTERM although a client keeps its connection', async () => {
    const { child, line } = await start({ PORT: '0' });
    await fetch(`http://127.0.0.1:${line.port}/health`, { headers: { connection: 'keep-alive' } });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each(['three thousand', '70000', '-1'])('refuses the port %j and says so', async (port) => {
    const { child, line } = await start({ PORT: port });
    expect(line).toMatchObject({
      message: 'cannot start',
      reason: `PORT is ${JSON.stringify(port)}; it must be 0 to 65535.`,
    });
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(1);
  });

  it('says so when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const { line } = await start({ PORT: String(port) });
      expect(line).toMatchObject({ message: 'cannot start', reason: expect.stringContaining('EADDRINUSE') });
    } finally {
      // Left open it would keep Jest, and with it a deploy, waiting for ever after a failure.
      other.close();
    }
  });
});
