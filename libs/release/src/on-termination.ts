import { notifyStopping } from './notify-ready';

/** Milliseconds that requests in flight are given; service managers commonly kill after 5 s or more. */
const GRACE_MS = 4_000;
/** Milliseconds by which the process ends before it would be killed: exit code 0 instead of a failed unit. */
const BEFORE_THE_KILL_MS = 1_000;

/**
 * On SIGTERM or SIGINT calls `close` once and ends the process with exit code 0 when it has closed, or after the
 * grace time at the latest. A second signal ends the process at once. A `close` that fails is a bug: it ends the
 * process as any uncaught error does.
 */
export function onTermination(close: () => Promise<unknown>, graceMs = graceOf(process.env)): void {
  let closing = false;
  const end = () => {
    if (closing) process.exit(0);
    closing = true;
    notifyStopping();
    setTimeout(() => process.exit(0), graceMs).unref();
    void close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/**
 * Returns the grace time in milliseconds: a little less than `STOP_TIMEOUT`, the seconds between SIGTERM and SIGKILL,
 * where the unit tells it (systemd itself does not); else 4 s.
 */
export function graceOf(environment: NodeJS.ProcessEnv): number {
  const limitMs = Number(environment['STOP_TIMEOUT']) * 1_000;
  return limitMs > 0 ? Math.max(limitMs - BEFORE_THE_KILL_MS, limitMs / 2) : GRACE_MS;
}
