import { rmSync } from 'node:fs';
import { sandboxStopFailed } from '@polydev/errors';
import { readDaemonFile } from './daemon-file';
import { exclusively } from './exclusive';
import { locate, type Layout } from './layout';
import { endMembers, isRunning, signalTo, waitUntil } from './processes';

const DAEMON_GRACE_MS = 15_000;
const GRACE_MS = 2_000;

/** What a stop did. */
export interface StopResult {
  readonly directory: string;
  readonly wasRunning: boolean;
  /** Processes that were left of a daemon that had died, and were ended. */
  readonly leftoversEnded: number;
}

/**
 * Ends the daemon, which stops its units, then every process that carries the sandbox's mark.
 * To be called while start and stop are locked. Throws SANDBOX_STOP_FAILED when a process cannot be ended.
 */
export async function endSandbox(layout: Layout): Promise<StopResult> {
  const daemon = readDaemonFile(layout.daemonFile);
  const wasRunning = daemon !== undefined && isRunning(daemon);
  if (wasRunning) {
    signalTo(daemon.pid, 'SIGTERM');
    await waitUntil(() => !isRunning(daemon), DAEMON_GRACE_MS);
  }
  const { found, left } = await endMembers(layout.directory, GRACE_MS);
  if (left.length > 0) throw sandboxStopFailed({ directory: layout.directory, pids: left });
  rmSync(layout.daemonFile, { force: true });
  rmSync(layout.controlSocket, { force: true });
  return { directory: layout.directory, wasRunning, leftoversEnded: found };
}

/**
 * Stops the sandbox in `directory` and leaves nothing of it running; what was deployed stays. Does nothing when it is
 * not running. Throws SANDBOX_BUSY or SANDBOX_STOP_FAILED.
 */
export async function stopSandbox(directory: string): Promise<StopResult> {
  const layout = locate(directory);
  return exclusively(layout.directory, () => endSandbox(layout));
}
