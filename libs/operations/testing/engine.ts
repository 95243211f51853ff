import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, Agent, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectSsh, type Host, type HostShell } from '@polydev/host';
import { startSshd } from '@polydev/host/testing';
import type { Slot } from '../src/layout';
import { readTraffic } from '../src/traffic/read';
import type { TrafficServers, TrafficSettings } from '../src/traffic/settings';

/** A host with a traffic engine: a real sshd, a real HAProxy on loopback, and a shell that holds a lock. */
export interface EngineWorld {
  readonly settings: TrafficSettings;
  readonly host: Host;
  readonly shell: HostShell;
  /** Starts HAProxy on the configuration that lies there, and waits until it answers. */
  readonly start: () => Promise<void>;
  /** Ends all processes of HAProxy at once, as a power cut would. */
  readonly kill: () => Promise<void>;
  /** Has the master read the configuration anew, as `systemctl reload` would. */
  readonly reload: () => void;
  readonly stop: () => Promise<void>;
}

export const freePort = async (): Promise<number> => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

export const createEngineWorld = async (servers: TrafficServers): Promise<EngineWorld> => {
  const sshd = await startSshd();
  const root = mkdtempSync(join(tmpdir(), 'engine-'));
  const settings: TrafficSettings = {
    target: 'app',
    address: '127.0.0.1',
    port: await freePort(),
    servers,
    drainTimeoutMs: 5_000,
    unit: 'polydev-app-traffic.service',
    configFile: join(root, 'traffic/haproxy.cfg'),
    socket: join(root, 'admin.sock'),
    masterSocket: join(root, 'master.sock'),
    patienceMs: 300,
  };
  const signal = new AbortController().signal;
  const host = await connectSsh({ ...sshd.options(), signal });
  const holder = { by: 'tester', from: 'here', since: 'now', deployment: 'none' };
  const shell = await host.openShell({ target: 'app', lockFile: join(root, 'lock'), holder });
  let engine: ChildProcess | undefined;
  const start = async () => {
    engine = spawn('haproxy', ['-W', '-db', '-f', settings.configFile, '-S', `${settings.masterSocket},mode,660`], {
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
      stdio: 'ignore',
      // A group of its own, so that the worker dies with its master.
      detached: true,
    });
    const { engine: seen, silence } = await readTraffic(shell, settings, 10_000);
    if (!seen) throw new Error(`HAProxy does not answer: ${silence}`);
  };
  const kill = async () => {
    if (!engine?.pid || engine.exitCode !== null || engine.signalCode !== null) return;
    const ended = once(engine, 'exit');
    process.kill(-engine.pid, 'SIGKILL');
    await ended;
  };
  return {
    settings,
    host,
    shell,
    start,
    kill,
    reload: () => void engine?.kill('SIGUSR2'),
    stop: async () => {
      await kill();
      await shell.release();
      await host.close();
      await sshd.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
};

export type Behaviour = 'works' | 'answers 500' | 'hangs up';

/** Two services that say which of them they are; `/slow` is answered when the test says so. */
export interface TwoServices {
  readonly ports: Readonly<Record<Slot, number>>;
  readonly behaviour: Record<Slot, Behaviour>;
  /** Answers what has been asked of `/slow` so far. */
  readonly answerSlow: () => void;
  /** Ends one of them, with its connections. */
  readonly end: (slot: Slot) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const startTwoServices = async (): Promise<TwoServices> => {
  const behaviour: Record<Slot, Behaviour> = { blue: 'works', green: 'works' };
  const held: (() => void)[] = [];
  const serve = (slot: Slot): Server =>
    createServer((incoming, response) => {
      incoming.resume().on('end', () => {
        if (behaviour[slot] === 'hangs up') return void incoming.socket.destroy();
        response.statusCode = behaviour[slot] === 'works' ? 200 : 500;
        if (incoming.url === '/slow') held.push(() => response.end(slot));
        else setTimeout(() => response.end(slot), 2);
      });
    }).listen(0, '127.0.0.1');
  const servers = { blue: serve('blue'), green: serve('green') };
  const started = Object.values(servers).map((server) => once(server, 'listening'));
  await Promise.all(started);
  const end = async (slot: Slot) => {
    if (!servers[slot].listening) return;
    const closed = once(servers[slot], 'close');
    servers[slot].close();
    servers[slot].closeAllConnections();
    await closed;
  };
  const port = (slot: Slot) => (servers[slot].address() as AddressInfo).port;
  return {
    ports: { blue: port('blue'), green: port('green') },
    behaviour,
    answerSlow: () => held.splice(0).forEach((reply) => reply()),
    end,
    stop: async () => {
      await Promise.all([end('blue'), end('green')]);
    },
  };
};

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Ask {
  readonly port: number;
  readonly path?: string;
  readonly method?: 'GET' | 'POST';
  readonly agent?: Agent;
}

/** One request; rejects where its connection ends without a whole answer. */
export const ask = ({ port, path = '/', method = 'GET', agent = new Agent() }: Ask): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (body += part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on('error', reject);
    outgoing.end(method === 'POST' ? 'x'.repeat(2_000) : undefined);
  });

export interface Load {
  /** How many different bodies have answered so far. */
  readonly bodies: () => number;
  /** Ends it and tells what came of it: answers by body, and every failure in words. */
  readonly stop: () => Promise<{
    readonly answers: Readonly<Record<string, number>>;
    readonly failures: readonly string[];
  }>;
}

/** Clients that ask without pause: four by GET and four by POST on connections of their own kept alive, two on new ones. */
export const startLoad = (port: number): Load => {
  let going = true;
  const answers: Record<string, number> = {};
  const failures: string[] = [];
  const client = async (method: 'GET' | 'POST', agent: () => Agent) => {
    while (going) {
      try {
        const { status, body } = await ask({ port, method, agent: agent() });
        if (status === 200) answers[body] = (answers[body] ?? 0) + 1;
        else failures.push(`${method}: ${status}`);
      } catch (error) {
        failures.push(`${method}: ${String(error)}`);
      }
    }
  };
  const kept = Array.from({ length: 8 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const clients = [
    ...kept.map((agent, index) => client(index % 2 ? 'POST' : 'GET', () => agent)),
    client('GET', () => new Agent()),
    client('POST', () => new Agent()),
  ];
  return {
    bodies: () => Object.keys(answers).length,
    stop: async () => {
      going = false;
      await Promise.all(clients);
      for (const agent of kept) agent.destroy();
      return { answers, failures };
    },
  };
};
