import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeHaproxy, eventually } from '@polydev/host/testing';
import { startActivatedService } from '../../testing/activated-service';
import {
  ask,
  createEngineWorld,
  startLoad,
  startTwoServices,
  type EngineWorld,
  type TwoServices,
} from '../../testing/engine';
import { otherSlot, type Slot } from '../layout';
import { observe, observeTraffic } from './observe';
import { readTraffic } from './read';
import { retireSlot, switchTraffic, waitUntilDrained, writeTrafficConfig } from './switch';

const signal = new AbortController().signal;

describeHaproxy('the traffic engine in front of two slots', () => {
  let services: TwoServices;
  let w: EngineWorld;
  beforeEach(async () => {
    services = await startTwoServices();
    w = await createEngineWorld({ kind: 'slots', ports: services.ports });
    await writeTrafficConfig(w.shell, w.settings, { live: 'blue' });
  });
  afterEach(async () => {
    await w.stop();
    await services.stop();
  });

  const move = (to: Slot | undefined, more: { readonly engineMayBeDown?: boolean } = {}) =>
    switchTraffic(w.shell, w.settings, { to, signal, ...more });
  const look = () => readTraffic(w.shell, w.settings);
  const answer = async (path?: string) => (await ask({ port: w.settings.port, ...(path ? { path } : {}) })).body;
  const config = () => readFileSync(w.settings.configFile, 'utf8');

  it('loses no request over 20 moves', async () => {
    await w.start();
    const load = startLoad(w.settings.port);
    let live: Slot = 'blue';
    for (let moves = 0; moves < 20; moves += 1) {
      const from = live;
      live = otherSlot(live);
      await move(live);
      expect(await waitUntilDrained(w.shell, w.settings, { slot: from, timeoutMs: 5_000 })).toMatchObject({ ok: true });
      await retireSlot(w.shell, w.settings, from);
      await sleep(20);
    }
    const { answers, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(answers['blue']).toBeGreaterThan(100);
    expect(answers['green']).toBeGreaterThan(100);
  });

  it('sends no request to the slot before, once it was moved', async () => {
    await w.start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const asked = () => ask({ port: w.settings.port, agent });
    expect((await asked()).body).toBe('blue');
    expect(await move('green')).toBe(`port ${w.settings.port} answers from green`);
    expect((await asked()).body).toBe('green');
    agent.destroy();
    await services.end('blue');
    expect(await answer()).toBe('green');
    expect(await look()).toMatchObject({ live: 'green', configured: 'green' });
  });

  it('bears a move that was made already, and one to no slot', async () => {
    await w.start();
    await move('green');
    await move('green');
    expect(await answer()).toBe('green');
    await move(undefined);
    expect((await ask({ port: w.settings.port })).status).toBe(503);
    expect(await look()).toMatchObject({ live: undefined, configured: undefined });
    await move('blue');
    expect(await answer()).toBe('blue');
  });

  it('comes back as it was after it was killed', async () => {
    await w.start();
    await move('green');
    await w.kill();
    await w.start();
    expect(await answer()).toBe('green');
    expect((await look()).engine?.servers['blue']).toMatchObject({ state: 'maint' });
  });

  it('comes back as it was after a reload, and a drain waits for the workers from before it', async () => {
    await w.start();
    await move('green');
    const slow = answer('/slow');
    await eventually(async () => expect((await look()).engine?.servers['green']?.scur).toBe(1));
    const before = (await look()).engine?.pid;
    w.reload();
    await eventually(async () => expect((await look()).engine).not.toMatchObject({ pid: before }));
    expect(await answer()).toBe('green');
    await eventually(async () => expect((await look()).engine?.oldWorkers).toBe(1));
    expect(await waitUntilDrained(w.shell, w.settings, { slot: 'blue', timeoutMs: 50 })).toEqual({
      ok: false,
      text: "blue still had 0 requests after 0.05 s, and 1 of the engine's workers from before a reload",
    });
    const drained = waitUntilDrained(w.shell, w.settings, { slot: 'blue', timeoutMs: 10_000 });
    services.answerSlow();
    expect(await slow).toBe('green');
    expect(await drained).toMatchObject({ ok: true });
  });

  it('shows a move that was cut off before its configuration was written, and mends it by the same move', async () => {
    await w.start();
    const before = config();
    await move('green');
    writeFileSync(w.settings.configFile, before);
    expect(await look()).toMatchObject({ live: 'green', configured: 'blue' });
    await move('green');
    expect(await look()).toMatchObject({ live: 'green', configured: 'green' });
  });

  it('refuses a configuration that HAProxy does not accept, in its words, and leaves all as it was', async () => {
    await w.start();
    const before = config();
    const settings = { ...w.settings, address: 'no such address' };
    const refused = switchTraffic(w.shell, settings, { to: 'green', signal });
    await expect(refused).rejects.toMatchObject({
      code: 'TRAFFIC_CONFIG_INVALID',
      message: expect.stringMatching(
        /missing port specification in 'no'[^]*stays as it was, and traffic was not moved/,
      ) as string,
    });
    await expect(writeTrafficConfig(w.shell, settings, { live: 'green' })).rejects.toMatchObject({
      code: 'TRAFFIC_CONFIG_INVALID',
    });
    expect(config()).toBe(before);
    expect(readdirSync(dirname(w.settings.configFile))).toEqual(['haproxy.cfg']);
    expect(await answer()).toBe('blue');
  });

  it('says that the engine runs with other servers than it is told to move between', async () => {
    await writeTrafficConfig(w.shell, { ...w.settings, servers: { kind: 'single', port: 1 } }, { live: undefined });
    await w.start();
    await expect(move('green')).rejects.toMatchObject({
      code: 'TRAFFIC_MOVE_FAILED',
      message: expect.stringMatching(/it has no server green/) as string,
    });
  });

  it('says that no engine runs, and leaves its configuration', async () => {
    const before = config();
    expect(await look()).toMatchObject({ engine: undefined, silence: 'No such file or directory', configured: 'blue' });
    await expect(move('green')).rejects.toMatchObject({
      code: 'TRAFFIC_ENGINE_DOWN',
      message: expect.stringMatching(/its configuration stays as it was/) as string,
    });
    expect(config()).toBe(before);
  });

  it('moves back in the configuration alone where no engine runs and that is enough', async () => {
    expect(await move('green', { engineMayBeDown: true })).toMatch(/once the traffic engine runs again/);
    await w.start();
    expect(await answer()).toBe('green');
  });

  it('waits for an engine that is being started again', async () => {
    await w.start();
    await w.kill();
    const moved = switchTraffic(w.shell, { ...w.settings, patienceMs: 10_000 }, { to: 'green', signal });
    await w.start();
    await moved;
    expect(await answer()).toBe('green');
  });

  it('lets a slow answer end before the slot counts as drained', async () => {
    await w.start();
    let ended = false;
    const slow = answer('/slow').finally(() => (ended = true));
    await eventually(async () => expect((await look()).engine?.servers['blue']?.scur).toBe(1));
    await move('green');
    expect(await waitUntilDrained(w.shell, w.settings, { slot: 'blue', timeoutMs: 100 })).toEqual({
      ok: false,
      text: 'blue still had 1 requests after 0.1 s',
    });
    expect(ended).toBe(false);
    const drained = waitUntilDrained(w.shell, w.settings, { slot: 'blue', timeoutMs: 10_000 });
    services.answerSlow();
    expect(await drained).toMatchObject({ ok: true });
    expect(await slow).toBe('blue');
  });

  it('watches a good release to the end of its time', async () => {
    await w.start();
    const load = startLoad(w.settings.port);
    await move('green');
    const seen = await observe(w.shell, w.settings, { slot: 'green', windowMs: 500, maxFailedShare: 0.01, signal });
    expect((await load.stop()).failures).toEqual([]);
    expect(seen).toMatchObject({ failed: 0, retries: 0 });
    expect(seen.requests).toBeGreaterThan(10);
  });

  it.each([
    ['answers 500', /answered with status 5xx/],
    ['hangs up', /got no answer/],
  ] as const)('sees that a release %s, before its time is over', async (behaviour, kinds) => {
    services.behaviour.green = behaviour;
    await w.start();
    const load = startLoad(w.settings.port);
    const { engine: baseline } = await look();
    await move('green');
    const watched = observeTraffic(w.shell, w.settings, {
      slot: 'green',
      windowMs: 60_000,
      maxFailedShare: 0.01,
      ...(baseline ? { baseline } : {}),
      signal,
    });
    await expect(watched).rejects.toMatchObject({
      code: 'RELEASE_FAILED_UNDER_TRAFFIC',
      message: expect.stringMatching(kinds) as string,
    });
    await move('blue');
    await load.stop();
    expect(await answer()).toBe('blue');
  });

  it('sees that a release is gone, while its first requests still wait', async () => {
    await w.start();
    await move('green');
    await services.end('green');
    const waiting = ask({ port: w.settings.port });
    const watched = observeTraffic(w.shell, w.settings, {
      slot: 'green',
      windowMs: 60_000,
      maxFailedShare: 0.01,
      signal,
    });
    await expect(watched).rejects.toMatchObject({
      code: 'RELEASE_FAILED_UNDER_TRAFFIC',
      message: expect.stringMatching(/attempts were made again/) as string,
    });
    await move('blue');
    // The retry of a request whose release is gone goes to the one that serves now.
    expect(await waiting).toEqual({ status: 200, body: 'blue' });
  });

  it('goes on counting where the engine was started again in between', async () => {
    await w.start();
    await move('green');
    const settings = { ...w.settings, patienceMs: 10_000 };
    const watching = observe(w.shell, settings, { slot: 'green', windowMs: 1_500, maxFailedShare: 0.5, signal });
    await sleep(400);
    await w.kill();
    await w.start();
    await answer();
    expect(await watching).toMatchObject({ requests: 1, failed: 0 });
  });

  it('ends a watch when it is told to', async () => {
    await w.start();
    const abort = new AbortController();
    const options = { slot: 'blue', windowMs: 60_000, maxFailedShare: 0.01, signal: abort.signal } as const;
    const watching = observe(w.shell, w.settings, options);
    abort.abort();
    await expect(watching).rejects.toThrow();
  });
});

describeHaproxy('the traffic engine in front of a service that restarts in place', () => {
  it('loses no request over five restarts with a socket that stays open', async () => {
    const service = await startActivatedService();
    const w = await createEngineWorld({ kind: 'single', port: service.port });
    await writeTrafficConfig(w.shell, w.settings, { live: undefined });
    await w.start();
    const load = startLoad(w.settings.port);
    // Each process is let answer before the next takes its place.
    const answeredBy = async (processes: number) => {
      for (let tries = 0; tries < 100 && load.bodies() < processes; tries += 1) await sleep(100);
    };
    for (let restarts = 0; restarts < 5; restarts += 1) {
      await answeredBy(restarts + 1);
      await sleep(200);
      await service.restart();
    }
    await answeredBy(6);
    const { answers, failures } = await load.stop();
    await w.stop();
    await service.stop();
    expect(failures).toEqual([]);
    expect(Object.keys(answers)).toHaveLength(6);
  });
});
