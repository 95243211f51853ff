/** The first descriptor that systemd passes: SD_LISTEN_FDS_START in sd_listen_fds(3). */
const FIRST_DESCRIPTOR = 3;

/**
 * Returns the socket that systemd listens on for this process (socket activation), as Node's `listen` takes it, or
 * undefined where the process is to open a port itself. systemd keeps the socket while the process is restarted, so
 * callers wait meanwhile instead of being refused. Of several sockets it is the first.
 */
export function activatedSocket(
  environment: NodeJS.ProcessEnv = process.env,
  pid = process.pid,
): { readonly fd: number } | undefined {
  // A child of the process that was meant inherits the variables, but not the socket.
  if (environment['LISTEN_PID'] !== String(pid)) return undefined;
  return Number(environment['LISTEN_FDS']) >= 1 ? { fd: FIRST_DESCRIPTOR } : undefined;
}
