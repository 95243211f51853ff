import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdSocket, startLoad } from '@polydev/release/testing';

import { bundle } from '../build';

const release = { target: 'master-controller', environment: 'test', release: 'r1', sha: 'a'.repeat(40), digest: 'd' };

/** The bundle in a release, started through the symlink as a service manager would. */
describe('the controller, built and started from a release', () => {
  let folder: string;
  let controller: ChildProcess | undefined;
  const slow = createServer((_, response) => void answers.push(response));
  const answers: ServerResponse[] = [];
  const agent = new Agent({ keepAlive: true });

  const start = (env: NodeJS.ProcessEnv): ChildProcess => {
    const state = { STATE_DIR: join(folder, 'state') };
    const fixed = { PATH: process.env['PATH'], PORT: '0', ...state };
    controller = spawn(process.execPath, [join(folder, 'live/main.js')], { env: { ...fixed, ...env } });
    return controller;
  };
  /** Where it listens, once it does. Its output is read to the end: a closed pipe would end it. */
  const startedAt = (child: ChildProcess): Promise<string> =>
    new Promise((listening, never) => {
      let output = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const address = /Server listening at (http:[^"]+)/.exec(output)?.[1];
        if (address !== undefined) listening(address);
      });
      child.once('close', () => never(new Error(`it ended without listening: ${output}`)));
    });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'controller-'));
    mkdirSync(join(folder, 'releases'), { recursive: true });
    bundle(join(folder, 'releases/r1'));
    writeFileSync(join(folder, 'releases/r1/.release.json'), JSON.stringify(release));
    symlinkSync(join(__dirname, '../../../node_modules'), join(folder, 'releases/r1/node_modules'));
    symlinkSync('releases/r1', join(folder, 'live'));
  });
  afterEach(() => {
    controller?.kill('SIGKILL');
    agent.destroy();
    slow.close();
    slow.closeAllConnections();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('answers from its release, logs JSON lines and listens on this machine only', async () => {
    const address = await startedAt(start({}));
    expect(new URL(address).hostname).toBe('127.0.0.1');
    const response = await fetch(`${address}/api/auth/health`);
    expect(await response.json()).toEqual({ status: 'healthy', release: 'r1', sha: release.sha, digest: 'd' });
  });

  it('on SIGTERM answers the request in flight, takes no new one and exits 0', async () => {
    await once(slow.listen(0, '127.0.0.1'), 'listening');
    const healthUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
    const target = join(folder, 'state/targets/frontend');
    mkdirSync(target, { recursive: true });
    const file = { target: 'frontend', environment: 'test', path: join(folder, 'live'), healthUrl };
    writeFileSync(join(target, 'target.json'), JSON.stringify(file));

    const child = start({});
    const address = await startedAt(child);
    const reachedService = once(slow, 'request');
    const inFlight = ask(`${address}/api/targets`, agent);
    await ask(`${address}/api/auth/health`, agent);
    await reachedService;

    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await untilRefused(address);
    answers[0]?.end('{}');
    expect(await inFlight).toMatchObject({ status: 200, connection: 'close' });
    expect(await exit).toEqual([0, null]);
  });

  it('fails no request while it is restarted on the socket that systemd holds', async () => {
    const env = { PATH: process.env['PATH'], STATE_DIR: join(folder, 'state'), LOG_LEVEL: 'silent' };
    const held = await holdSocket([process.execPath, join(folder, 'live/main.js')], env);
    const load = startLoad(`http://127.0.0.1:${held.port}/api/auth/health`, ['GET', 'GET', 'GET', 'GET']);
    const answered = () => [...load.answers.values()].reduce((sum, count) => sum + count, 0);
    const untilMoreThan = async (count: number) => {
      while (answered() <= count) await new Promise((next) => setTimeout(next, 10));
    };
    await untilMoreThan(100);
    for (let restart = 0; restart < 2; restart++) {
      // The run before has ended by then: what is answered from here on, the next one answers.
      await held.restart();
      await untilMoreThan(answered() + 100);
    }
    await load.stop();
    await held.release();
    expect(load.failures).toEqual([]);
  });

  it('refuses wrong settings, all at once', async () => {
    const child = start({ PORT: 'http', STATE_DIR: 'state', LOG_LEVEL: 'loud' });
    const output = await allOf(child);
    expect(output.trim()).toBe(
      'SETTINGS_INVALID: The master-controller was not started: PORT is "http"; it must be 0 to 65535; ' +
        'STATE_DIR is "state"; it must be an absolute path; ' +
        'LOG_LEVEL is "loud"; it must be one of fatal, error, warn, info, debug, trace, silent. ' +
        'Correct the environment variables of the service and start it again.',
    );
    expect(child.exitCode).toBe(1);
  });

  it.each(['mysql://app:hidden@db/app', 'postgres://app:hidden@db:port/app'])(
    'refuses %s as its database without showing it',
    async (DATABASE_URL) => {
      const child = start({ DATABASE_URL });
      const output = await allOf(child);
      expect(output).toMatch(/^SETTINGS_INVALID: The master-controller was not started: DATABASE_URL /);
      expect(output).not.toContain('hidden');
      expect(child.exitCode).toBe(1);
    },
  );

  it('is healthy without its database, says that it is away without the password, and ends when it is told to', async () => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    nobody.close();
    const child = start({ DATABASE_URL: `postgres://app:hidden@127.0.0.1:${port}/app` });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const address = await startedAt(child);
    while (!output.includes('the history is not mirrored')) await new Promise((next) => setTimeout(next, 20));

    expect(await (await fetch(`${address}/api/auth/health`)).json()).toMatchObject({ status: 'healthy' });
    expect((await fetch(`${address}/api/deployments/history`)).status).toBe(503);
    expect(output).toContain('ECONNREFUSED');
    expect(output).not.toContain('hidden');
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });

  it('says so when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const child = start({ PORT: String(port), LOG_LEVEL: 'silent' });
    expect(await allOf(child)).toContain(
      `CANNOT_LISTEN: The master-controller was not started: it cannot listen on 127.0.0.1:${port}`,
    );
    expect(child.exitCode).toBe(1);
    other.close();
  });
});

/** Everything that it wrote to stderr until it ended. */
async function allOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text;
}

async function ask(url: string, agent: Agent) {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  for await (const _ of response);
  return { status: response.statusCode, connection: response.headers.connection };
}

/** Until nobody takes a new connection any more: the server has begun to close. */
async function untilRefused(address: string): Promise<void> {
  while (await fetch(`${address}/api/auth/health`, { headers: { connection: 'close' } }).then(Boolean, () => false));
}
