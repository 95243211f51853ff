import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { sandboxStartFailed } from '@polydev/errors';
import { askDaemon } from './control-client';
import { serverEnvironment } from './daemon/environment';
import { lastLines, openLog, rotate } from './daemon/log';
import { readDaemonFile } from './daemon-file';
import { exclusively } from './exclusive';
import { openLayout, type Layout } from './layout';
import { checkRequirements } from './requirements';
import { sandboxStatus, type SandboxStatus } from './status';
import { endSandbox } from './stop';
import { sandboxVersion } from './version';

// Longer than a database may take until it takes connections.
const UNITS_TIMEOUT_MS = 45_000;

export interface StartOptions {
  /** The sandbox's folder; made if missing. */
  readonly directory: string;
  /** Take any free ports instead of 2222, 4000 and 3000. Ports of an earlier start are kept either way. */
  readonly freePorts?: boolean;
}

export type RunningSandbox = Extract<SandboxStatus, { state: 'running' }>;

/** What a start found and did. */
export interface StartResult {
  readonly sandbox: RunningSandbox;
  /** False when it was running already. One of an older checkout's sources is started anew. */
  readonly started: boolean;
  /** Names of the services that were started because they did not run though they should, in a sandbox that did. */
  readonly unitsStarted: readonly string[];
  /** Processes of an earlier run that died, which were ended first. */
  readonly leftoversEnded: number;
}

async function launchDaemon(layout: Layout, freePorts: boolean): Promise<void> {
  rotate(layout.daemonLog);
  const log = openLog(layout.daemonLog);
  const program = ['-r', require.resolve('@polydev/run-source'), join(__dirname, 'daemon/main.ts'), layout.directory];
  const daemon = spawn(process.execPath, [...program, ...(freePorts ? ['--free-ports'] : [])], {
    cwd: layout.directory,
    env: serverEnvironment(layout, process.env),
    stdio: ['ignore', log, log, 'pipe'],
    detached: true,
  });
  closeSync(log);
  const said = (await text(daemon.stdio[3] as Readable)).trim();
  daemon.unref();
  if (said === 'ready') return;
  const reason = said || `its process ended. The end of its log:\n${lastLines(layout.daemonLog, 15).join('\n')}`;
  throw sandboxStartFailed({ directory: layout.directory, reason, log: layout.daemonLog });
}

/** Has a running sandbox start what should run and does not; undefined where that fails, for it to be started anew. */
async function complete(layout: Layout, before: RunningSandbox): Promise<StartResult | undefined> {
  if ((await askDaemon(layout.controlSocket, ['start-units'], UNITS_TIMEOUT_MS)) !== 'started\n') return undefined;
  const sandbox = await sandboxStatus(layout.directory);
  if (sandbox.state !== 'running') return undefined;
  const active = ({ units }: RunningSandbox) => units.filter(({ state }) => state === 'active').map(({ name }) => name);
  const unitsStarted = active(sandbox).filter((name) => !active(before).includes(name));
  return { sandbox, started: false, unitsStarted, leftoversEnded: 0 };
}

async function startLocked(layout: Layout, freePorts: boolean): Promise<StartResult> {
  const before = await sandboxStatus(layout.directory);
  const isCurrent = readDaemonFile(layout.daemonFile)?.version === sandboxVersion();
  const completed = before.state === 'running' && isCurrent ? await complete(layout, before) : undefined;
  if (completed) return completed;
  const { leftoversEnded } = await endSandbox(layout);
  await launchDaemon(layout, freePorts);
  const after = await sandboxStatus(layout.directory);
  if (after.state === 'running') return { sandbox: after, started: true, unitsStarted: [], leftoversEnded };
  const reason = `it was ready and then ${after.state}.`;
  throw sandboxStartFailed({ directory: layout.directory, reason, log: layout.daemonLog });
}

/**
 * Starts the sandbox in `directory` unless it is running; what an earlier run that died has left behind is ended first. In one
 * that runs, the services that should run and do not are started; where they cannot be, all of it is started anew.
 * Resolves when it can be deployed to. Throws SANDBOX_UNSUPPORTED, SANDBOX_BUSY, SANDBOX_START_FAILED or
 * SANDBOX_STOP_FAILED.
 */
export async function startSandbox({ directory, freePorts = false }: StartOptions): Promise<StartResult> {
  checkRequirements();
  const layout = openLayout(directory);
  return exclusively(layout.directory, () => startLocked(layout, freePorts));
}
