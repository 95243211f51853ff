import { OpsError } from '../ops-error';

export const SANDBOX_CODES = [
  'SANDBOX_NOT_RUNNING',
  'SANDBOX_START_FAILED',
  'SANDBOX_STOP_FAILED',
  'SANDBOX_BUSY',
  'SANDBOX_UNSUPPORTED',
  'SANDBOX_UNIT_INVALID',
  'SANDBOX_COMMAND_UNKNOWN',
  'REAL_HOSTS_REFUSED',
  'REAL_HOSTS_BASE_FAILED',
  'REAL_HOST_START_FAILED',
  'REAL_HOST_NOT_RUNNING',
] as const;

/** Something was asked of a sandbox that is not running. */
export const sandboxNotRunning = (directory: string) =>
  new OpsError(
    'SANDBOX_NOT_RUNNING',
    `The sandbox of ${directory} is not running.`,
    'Start it with `npm run sandbox:start`; it keeps what was deployed to it.',
  );

/** The sandbox's process ended, or said no, before it was ready. `reason` is one sentence or the end of its log. */
export const sandboxStartFailed = (failure: { directory: string; reason: string; log: string }) =>
  new OpsError(
    'SANDBOX_START_FAILED',
    `The sandbox of ${failure.directory} did not start: ${failure.reason}\nNothing of it is running.`,
    `Its log is ${failure.log}. When the cause is settled: \`npm run sandbox:start\`.`,
  );

/** Processes of the sandbox are still there after SIGKILL. */
export const sandboxStopFailed = (failure: { directory: string; pids: readonly number[] }) =>
  new OpsError(
    'SANDBOX_STOP_FAILED',
    `Processes of the sandbox of ${failure.directory} did not end: ${failure.pids.join(', ')}. The rest has ended.`,
    `Look at them with \`ps -o pid,user,stat,args -p ${failure.pids.join(',')}\`: they may belong to another user or wait for a disk.`,
  );

/** Another start or stop of the same sandbox is under way. */
export const sandboxBusy = (facts: { directory: string; waitedMs: number }) =>
  new OpsError(
    'SANDBOX_BUSY',
    `Another start or stop of the sandbox of ${facts.directory} is under way and did not end within ${Math.round(facts.waitedMs / 1000)} s. Nothing was changed.`,
    'Wait for it to end and run the same command again.',
  );

/** The machine lacks what the sandbox is built on; `missing` names each thing. */
export const sandboxUnsupported = (missing: readonly string[]) =>
  new OpsError(
    'SANDBOX_UNSUPPORTED',
    `The sandbox cannot run on this machine: ${missing.join('; ')}.`,
    'Use a Debian or Ubuntu machine (a virtual one or WSL 2 will do), or deploy to a server of your own: set DEPLOY_SERVER.',
  );

/** A unit file of the sandbox cannot be used; `problems` holds one sentence each. */
export const sandboxUnitInvalid = (facts: { file: string; problems: readonly string[] }) =>
  new OpsError(
    'SANDBOX_UNIT_INVALID',
    `${facts.file} is not a unit of the sandbox: ${facts.problems.join('; ')}. Other units are not affected.`,
    'Correct the file, then run `systemctl daemon-reload` in the sandbox or start it again; master-controller.json beside it is an example.',
  );

/** The command line of the sandbox's own program makes no sense. */
export const sandboxCommandUnknown = (problem: string) =>
  new OpsError(
    'SANDBOX_COMMAND_UNKNOWN',
    `${problem} Nothing was changed.`,
    'Use: node tools/sandbox/sandbox.cjs <start|stop|status|logs [unit]> [--directory DIR] [--free-ports] [--json] [--lines N], or --real [--hosts N] [--directory DIR]',
  );

/** Real hosts cannot be run here; `reason` is a sentence without its full stop. */
export const realHostsRefused = (reason: string) =>
  new OpsError(
    'REAL_HOSTS_REFUSED',
    `No real host was started: ${reason}. Nothing was changed.`,
    'Use a Debian or Ubuntu machine (a virtual one will do) as root; the sandbox of `npm run sandbox:start` needs none of that.',
  );

/** The Debian that real hosts start from could not be built. */
export const realHostsBaseFailed = (failure: { directory: string; reason: string }) =>
  new OpsError(
    'REAL_HOSTS_BASE_FAILED',
    `The Debian of the real hosts could not be built in ${failure.directory}: ${failure.reason}\nNo host was started.`,
    'It is fetched from the package sources of this machine: does `apt-get update` work? Then run the same command again.',
  );

/** A real host did not come up; `state` is what its systemd said last, `console` the end of its console. */
export const realHostStartFailed = (failure: { name: string; state: string; console: string }) =>
  new OpsError(
    'REAL_HOST_START_FAILED',
    `The real host ${failure.name} did not start (${failure.state}); its console says:\n${failure.console || '(nothing)'}`,
    'It is removed when its session is closed. Run the same command again; if it stays so, the console says why.',
  );

/** Something was asked of a real host that is powered off. */
export const realHostNotRunning = (name: string) =>
  new OpsError(
    'REAL_HOST_NOT_RUNNING',
    `The real host ${name} is off: nothing was run on it.`,
    'Boot it first; its disk is as it was.',
  );
