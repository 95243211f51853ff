import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUILT = join(__dirname, '../dist');

export const RELEASE = {
  target: 'frontend',
  environment: 'production',
  release: '20261124T081530.123Z-4f1c9a2',
  sha: '4f1c9a27b60de85312c7a0f4938de6b51c20a97e',
  digest: '3f9'.repeat(22).slice(0, 64),
};

export interface Dashboard {
  readonly url: string;
  /** The release that it was started from. */
  readonly directory: string;
  /** Ends it with a signal and returns how it exited. */
  end(signal: NodeJS.Signals): Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** Ends it if it still runs, and removes the release. */
  remove(): void;
}

/**
 * Starts the built dashboard from a release of its own, through a symlink and from another folder, as a service
 * manager does. Needs `nx build frontend` to have run.
 */
export async function startDashboard(controllerUrl: string): Promise<Dashboard> {
  if (!existsSync(BUILT)) throw new Error('apps/frontend/dist is missing; run: npx nx build frontend');
  const folder = placeRelease();
  const port = await freePort();
  const child = spawn(process.execPath, [join(folder, 'live/server.js')], {
    cwd: '/',
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: String(port),
      HOSTNAME: '127.0.0.1',
      CONTROLLER_URL: controllerUrl,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([untilAnswering(url), exited.then(() => Promise.reject(new Error('the dashboard ended')))]);
  return {
    url,
    directory: join(folder, 'releases/r1'),
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
    remove: () => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function placeRelease(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  mkdirSync(join(folder, 'releases'));
  cpSync(BUILT, join(folder, 'releases/r1'), { recursive: true });
  writeFileSync(join(folder, 'releases/r1/.release.json'), JSON.stringify(RELEASE));
  symlinkSync('releases/r1', join(folder, 'live'));
  return folder;
}

/** Next takes port 0 for 3000, so that a free one has to be found beforehand. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function untilAnswering(url: string): Promise<void> {
  while (!(await fetch(`${url}/api/health`).then(Boolean, () => false))) {
    await new Promise((next) => setTimeout(next, 20));
  }
}
