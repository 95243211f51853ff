/** Milliseconds that requests in flight are given; service managers commonly kill after 5 s or more. */
const GRACE_MS = 4_000;

/**
 * On SIGTERM or SIGINT calls `close` once and ends the process with exit code 0 when it has closed, or after the
 * grace time at the latest. A second signal ends the process at once. A `close` that fails is a bug: it ends the
 * process as any uncaught error does.
 */
export function onTermination(close: () => Promise<unknown>, graceMs = GRACE_MS): void {
  let closing = false;
  const end = () => {
    if (closing) process.exit(0);
    closing = true;
    setTimeout(() => process.exit(0), graceMs).unref();
    void close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}
