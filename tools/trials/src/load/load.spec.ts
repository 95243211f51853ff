import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdSocket, startDemo } from '../../testing/demo-process';
import { makeDemo, type Demo } from '../demo';
import { lostIn, mixesIn } from './report';
import { startLoad, type Load } from './start-load';

const EACH = { get: 2, post: 2, 'new-connection': 2, stream: 2, events: 2, 'web-socket': 2 };

describe('the load client', () => {
  let demo: Demo;
  const closing: (() => unknown)[] = [];
  const start = async (options: Parameters<typeof startLoad>[0]): Promise<Load> => {
    const load = await startLoad(options);
    closing.push(() => load.kill());
    return load;
  };
  beforeAll(async () => {
    demo = await makeDemo('1');
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  afterAll(() => demo.remove());

  it('counts exactly what a server did to its requests, and repeats none of them', async () => {
    const { url, did } = await treacherousServer(closing);
    const load = await start({ url, connections: { get: 2, 'new-connection': 2 }, pauseMs: 2 });
    await sleep(1_000);
    const { kinds } = await load.stop();
    const counted = (name: 'ok' | 'failed' | 'truncated') => kinds.get[name] + kinds['new-connection'][name];
    expect({ ok: counted('ok'), failed: counted('failed'), truncated: counted('truncated') }).toEqual({
      ok: did.whole,
      failed: did.reset + did.status500 + did.wrongBody,
      truncated: did.half,
    });
    for (const count of Object.values(did)) expect(count).toBeGreaterThan(0);
    const reasons = [...kinds.get.reasons, ...kinds['new-connection'].reasons].map(({ reason }) => reason).join('\n');
    for (const reason of ['socket hang up', 'aborted', 'status 500', 'the body is not the one that was announced'])
      expect(reasons).toContain(reason);
    expect(reasons).toContain('(connection used before)');
  });

  it('sees a server that is killed: every open answer is truncated, everything afterwards fails', async () => {
    const service = await startDemo(demo);
    closing.push(() => service.child.kill('SIGKILL'));
    const load = await start({ url: service.url, connections: EACH, streamSeconds: 60 });
    await sleep(1_000);
    await load.mark('dead');
    service.child.kill('SIGKILL');
    await service.ended;
    await sleep(300);
    const report = await load.stop();
    for (const kind of ['stream', 'events', 'web-socket'] as const)
      expect([kind, report.kinds[kind].truncated]).toEqual([kind, 2]);
    for (const kind of ['get', 'post', 'new-connection'] as const) {
      expect(report.kinds[kind].ok).toBeGreaterThan(0);
      expect(report.kinds[kind].failed).toBeGreaterThan(2);
      expect(report.kinds[kind].reasons.at(-1)?.reason).toContain('ECONNREFUSED');
    }
    const lost = lostIn(report);
    expect(report.marks).toMatchObject([{ name: 'dead', failed: lost.failed, truncated: lost.truncated }]);
  });

  it('loses nothing over graceful restarts behind a socket that somebody holds', async () => {
    const held = await holdSocket(demo);
    closing.push(() => held.stop());
    const load = await start({ url: held.url, connections: EACH, streamSeconds: 1 });
    for (const name of ['first', 'second']) {
      await sleep(700);
      await load.mark(name);
      await held.restart();
      await sleep(700);
      load.unmark();
    }
    const report = await load.stop();
    expect(Object.entries(report.kinds).flatMap(([kind, { reasons }]) => reasons.map((r) => ({ kind, ...r })))).toEqual(
      [],
    );
    expect(lostIn(report)).toEqual({ failed: 0, truncated: 0 });
    // Each restart ends what has no end, and it comes back: events possibly once more on the connection they had.
    expect(report.kinds.events.ok).toBeGreaterThanOrEqual(4);
    expect(report.kinds['web-socket'].ok).toBe(4);
    for (const { longest, requests } of report.marks) {
      expect(requests).toBeGreaterThan(0);
      expect(longest!.ms).toBeLessThanOrEqual(report.longest!.ms);
    }
    expect(mixesIn(report, [demo.digest])).toEqual([]);
  });

  it('tells trees apart that answered, and names one that nobody deployed', async () => {
    const service = await startDemo(demo);
    closing.push(() => service.child.kill('SIGKILL'));
    const load = await start({ url: service.url, connections: { get: 1, 'web-socket': 1 } });
    await sleep(300);
    const report = await load.stop();
    expect(report.answers.map(({ digest }) => digest)).toEqual([demo.digest]);
    expect(mixesIn(report, [])).toEqual(report.answers);
  });

  it('gives up on a server that says nothing', async () => {
    const hanging = await makeDemo('1', { fault: 'hangs' });
    closing.push(() => hanging.remove());
    const service = await startDemo(hanging);
    closing.push(() => service.child.kill('SIGKILL'));
    const load = await start({ url: service.url, connections: EACH, silenceMs: 200 });
    await sleep(500);
    const { kinds } = await load.stop();
    for (const { failed, ok, reasons } of Object.values(kinds)) {
      expect(failed).toBeGreaterThan(0);
      expect(ok).toBe(0);
      expect(reasons[0]?.reason).toContain('silent for 200 ms');
    }
  });

  it('says so when it was killed itself', async () => {
    const load = await start({ url: 'http://127.0.0.1:1', connections: { get: 1 } });
    load.kill();
    await expect(load.stop()).rejects.toMatchObject({ code: 'LOAD_CLIENT_ENDED' });
  });

  it('runs where it is told to', async () => {
    const inside = (argv: readonly string[]) => ['env', 'POLYDEV_PLACE=there', ...argv];
    const load = await start({ url: 'http://127.0.0.1:1', connections: { get: 1 }, inside });
    await sleep(100);
    expect((await load.stop()).kinds.get.failed).toBeGreaterThan(0);
    await expect(start({ url: 'x', inside: () => ['false'] })).rejects.toMatchObject({ code: 'LOAD_CLIENT_ENDED' });
  });
});

/** A server that breaks its answers in turn, and counts what it did. */
const treacherousServer = async (closing: (() => unknown)[]) => {
  const did = { whole: 0, reset: 0, half: 0, status500: 0, wrongBody: 0 };
  const text = 'a'.repeat(1000);
  const head = { 'content-length': text.length, 'x-body-sha256': createHash('sha256').update(text).digest('hex') };
  const ways: ((response: ServerResponse, request: IncomingMessage) => void)[] = [
    (response) => {
      did.reset += 1;
      response.socket?.destroy();
    },
    (response, request) => {
      did.half += 1;
      response.writeHead(200, head).write(text.slice(500), () => setTimeout(() => request.socket.destroy(), 20));
    },
    (response) => {
      did.status500 += 1;
      response.writeHead(500).end();
    },
    (response) => {
      did.wrongBody += 1;
      response.writeHead(200, head).end('b'.repeat(text.length));
    },
  ];
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    // Two that are whole before each that is not, so that some are broken on a connection that has served.
    const way = count % 3 === 0 ? ways[(count / 3) % ways.length] : undefined;
    if (way) return way(response, request);
    did.whole += 1;
    response.writeHead(200, head).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, did };
};
