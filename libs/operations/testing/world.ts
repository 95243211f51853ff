import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeploymentHead } from '@polydev/contract';
import type { EnvironmentConfig, HostConfig, TargetConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';
import { startSshd, type TestSshd } from '@polydev/host/testing';
import { execa } from 'execa';

/**
 * A server for tests: a real sshd on this machine, a folder that is the server's disk, and one service that a restart
 * command really starts and stops.
 */
export interface World {
  readonly sshd: TestSshd;
  readonly root: string;
  readonly stateDir: string;
  /** Symlink of the target. */
  readonly path: string;
  readonly port: number;
  readonly events: Event[];
  readonly environment: (target?: Partial<TargetConfig>, more?: Partial<EnvironmentConfig>) => EnvironmentConfig;
  readonly target: (more?: Partial<TargetConfig>) => TargetConfig;
  readonly head: (more?: Partial<DeploymentHead>) => DeploymentHead;
  /** Makes an artifact from an object of path → text and returns its directory. */
  readonly artifact: (files: Record<string, string>) => string;
  /** What the service answers on `/health`, or the reason why it does not. */
  readonly answer: () => Promise<Record<string, unknown> | string>;
  readonly stop: () => Promise<void>;
}

/** The tested service: says its version and its release; breaks in the way its version asks for. */
export const app = (version: string, how: 'works' | 'unhealthy' | 'crashes' | 'nameless' = 'works'): string => `
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
${how === 'crashes' ? "console.error('cannot start'); process.exit(1);" : ''}
const info = ${how === 'nameless' ? '{}' : "JSON.parse(readFileSync('.release.json', 'utf8'))"};
const status = ${JSON.stringify(how === 'unhealthy' ? 'broken' : 'ok')};
createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ status, version: ${JSON.stringify(version)}, ...info }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** Ends the service that runs and starts the one the path leads to; returns once the old one is gone. */
const RESTART = `#!/bin/sh
root=$1
if [ -f "$root/pid" ]; then
  pid=$(cat "$root/pid")
  kill "$pid" 2>/dev/null
  # A zombie still has a number, but no program: it is gone for us, whenever it is reaped.
  for _ in $(seq 200); do [ -e "/proc/$pid/exe" ] || break; sleep 0.02; done
  rm -f "$root/pid"
fi
[ -e "$root/opt/app" ] || exit 1
cd -P "$root/opt/app" || exit 1
secrets=$root/opt/state/targets/app/secrets/live.env
if [ -f "$secrets" ]; then set -a; . "$secrets"; set +a; fi
PORT=$2 setsid node main.js >"$root/service.log" 2>&1 </dev/null &
echo $! >"$root/pid"
`;

export const createWorld = async (): Promise<World> => {
  const sshd = await startSshd();
  const root = mkdtempSync(join(tmpdir(), 'operations-'));
  const port = await freePort();
  const stateDir = join(root, 'opt/state');
  const path = join(root, 'opt/app');
  writeFileSync(join(root, 'restart.sh'), RESTART, { mode: 0o755 });
  const events: Event[] = [];
  let count = 0;
  const target = (more: Partial<TargetConfig> = {}): TargetConfig => ({
    name: 'app',
    path,
    build: 'local',
    install: 'auto',
    restart: `${root}/restart.sh ${root} ${port}`,
    healthCheck: {
      url: `http://localhost:${port}/health`,
      status: 200,
      body: { status: 'ok' },
      // Far more than a service needs to come up, also where the machine has much else to do.
      timeoutMs: 20_000,
      intervalMs: 100,
      successes: 1,
    },
    shared: [],
    drop: [],
    keep: 3,
    dependsOn: [],
    strategy: 'rolling',
    rolling: { maxParallel: { hosts: 1 }, pauseMs: 0 },
    rollbackOnFailure: 'deployment',
    sync: 'content',
    goldenImageRebuild: 'auto',
    commandTimeoutMs: 20_000,
    ...more,
  });
  return {
    sshd,
    root,
    stateDir,
    path,
    port,
    events,
    target,
    environment: (more, environment) => ({
      name: 'test',
      protected: false,
      hosts: [hostConfig(sshd)],
      stateDir,
      targets: [target(more)],
      notes: [],
      ...environment,
    }),
    head: (more) => {
      count += 1;
      // The first letters differ, as those of real commits do.
      const sha = (count * 0x1234567).toString(16).padStart(8, 'a').padEnd(40, 'abcdef0123456789');
      return {
        schema: 1,
        id: `20261124T08000${count}.000Z-${sha.slice(0, 7)}`,
        nonce: `nonce-${count}`,
        kind: 'deploy',
        environment: 'test',
        sha,
        dirty: false,
        by: 'tester@laptop',
        startedAt: '2026-11-24T08:00:00.000Z',
        planned: ['app'],
        ...more,
      };
    },
    artifact: (files) => {
      const directory = mkdtempSync(join(root, 'artifact-'));
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, name)), { recursive: true });
        writeFileSync(join(directory, name), text);
      }
      return directory;
    },
    answer: async () => {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/health`);
        return (await response.json()) as Record<string, unknown>;
      } catch (error) {
        return String(error);
      }
    },
    stop: async () => {
      const pid = readPid(root);
      if (pid !== undefined) await execa('kill', [pid], { reject: false });
      await sshd.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
};

const hostConfig = (sshd: TestSshd): HostConfig => ({
  name: 'web-1',
  address: '127.0.0.1',
  port: sshd.port,
  user: sshd.user,
  identityFile: sshd.clientKey.path,
  knownHostsFile: sshd.knownHostsFile,
});

const readPid = (root: string): string | undefined => {
  try {
    return readFileSync(join(root, 'pid'), 'utf8').trim();
  } catch {
    return undefined;
  }
};

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
