import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDemo, startDemo, type DemoProcess } from '../testing/demo-process';
import { makeDemo, type Demo, type DemoOptions } from './demo';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the demo service', () => {
  const demos: Demo[] = [];
  const running: DemoProcess[] = [];
  const build = async (version: string, options?: DemoOptions) => {
    const demo = await makeDemo(version, options);
    demos.push(demo);
    return demo;
  };
  const start = async (version: string, options?: DemoOptions) => {
    const demo = await build(version, options);
    const service = await startDemo(demo);
    running.push(service);
    return { ...service, demo };
  };
  afterEach(async () => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL');
    for (const demo of demos.splice(0)) await demo.remove();
  });

  it('is the same tree for the same version, and another one for another version or fault', async () => {
    const digests = await Promise.all(
      [['1'], ['1'], ['2'], ['1', { fault: 'hangs' }], ['1', { files: { 'a/b.txt': 'b' } }]].map(
        async ([version, options]) => {
          const { digest, artifactDigest } = await build(version as string, options as DemoOptions | undefined);
          return { digest, artifactDigest };
        },
      ),
    );
    expect(digests[1]).toEqual(digests[0]);
    for (const name of ['digest', 'artifactDigest'] as const)
      expect(new Set(digests.map((each) => each[name])).size).toBe(4);
  });

  it('says with every answer which tree it was started from, also when a file was changed since', async () => {
    const { url, demo } = await start('7');
    writeFileSync(join(demo.directory, 'content.txt'), 'changed by hand');
    for (const path of ['/', '/health', '/digest', '/stream?seconds=0.1'])
      expect((await fetch(url + path)).headers.get('x-demo-digest')).toBe(demo.digest);
    expect(await (await fetch(`${url}/digest`)).json()).toEqual({ version: '7', digest: demo.digest });
  });

  it('has the release that the deploy wrote beside it in its health, and the same tree with it', async () => {
    const demo = await build('8');
    writeFileSync(join(demo.directory, '.release.json'), JSON.stringify({ release: 'r-8', digest: 'artifact' }));
    const service = await startDemo(demo);
    running.push(service);
    const health = await (await fetch(`${service.url}/health`)).json();
    expect(health).toMatchObject({ status: 'ok', version: '8', release: 'r-8', tree: demo.digest });
  });

  it('hashes what is posted, and ends a stream with the hash of it', async () => {
    const { url } = await start('1');
    const echo = await fetch(`${url}/echo`, { method: 'POST', body: 'hello' });
    expect(await echo.json()).toEqual({ sha256: sha256('hello') });
    const stream = await (await fetch(`${url}/stream?seconds=0.3`)).text();
    const lines = stream.slice(0, stream.indexOf('sha256'));
    expect(lines.split('\n')).toHaveLength(4);
    expect(stream).toBe(`${lines}sha256 ${sha256(lines)}\n`);
  });

  it('on SIGTERM ends events, lets a stream become whole, refuses new connections, and ends with 0', async () => {
    const { url, child, ended } = await start('1');
    const stream = await fetch(`${url}/stream?seconds=1`);
    const events = await fetch(`${url}/events`);
    child.kill('SIGTERM');
    expect(await events.text()).toContain('data: 1');
    await expect(fetch(`${url}/`)).rejects.toThrow();
    expect(await stream.text()).toMatch(/sha256 [0-9a-f]{64}\n$/);
    expect(await ended).toBe(0);
  });

  it.each([
    ['wont-start', 1, /cannot start/],
    ['port-taken', 1, /EADDRINUSE/],
    ['dies-after-1s', 1, /listening on \d+\n.*died after a second/],
    [{ kind: 'later-crash', seconds: 0.2 }, 1, /listening on \d+\n.*died later/],
  ] as const)('as the edition %j it ends by itself', async (fault, code, output) => {
    const process_ = runDemo(await build('1', { fault }));
    expect(await process_.ended).toBe(code);
    expect(process_.output()).toMatch(output);
  });

  it('as the edition that is never healthy it answers everything else', async () => {
    const { url } = await start('1', { fault: 'never-healthy' });
    expect((await fetch(`${url}/health`)).status).toBe(500);
    expect((await fetch(`${url}/`)).status).toBe(200);
  });

  it('as the edition that breaks later it is healthy first', async () => {
    const { url } = await start('1', { fault: { kind: 'later-500', seconds: 1 } });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await sleep(1_000);
    expect((await fetch(`${url}/`)).status).toBe(500);
    expect((await fetch(`${url}/health`)).status).toBe(500);
  });

  it('as the edition that hangs it accepts connections and says nothing', async () => {
    const { url } = await start('1', { fault: 'hangs' });
    await expect(fetch(url, { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/);
  });

  it('as the edition with the wrong release it says another one than was deployed', async () => {
    const demo = await build('1', { fault: 'wrong-release' });
    writeFileSync(join(demo.directory, '.release.json'), JSON.stringify({ release: 'right' }));
    const service = await startDemo(demo);
    running.push(service);
    const { release } = (await (await fetch(`${service.url}/health`)).json()) as { release: string };
    expect(release).toMatch(/^2020/);
  });

  it('as the edition that listens elsewhere it leaves its port free', async () => {
    const demo = await build('1', { fault: 'listens-elsewhere' });
    const service = await startDemo(demo, { PORT: '1' });
    running.push(service);
    expect(service.url).not.toBe('http://127.0.0.1:1');
    expect((await fetch(service.url)).status).toBe(200);
  });

  it('as the edition that starts slowly it takes its time', async () => {
    const demo = await build('1', { fault: { kind: 'slow-start', seconds: 0.5 } });
    const began = Date.now();
    running.push(await startDemo(demo));
    expect(Date.now() - began).toBeGreaterThanOrEqual(500);
  });
});
