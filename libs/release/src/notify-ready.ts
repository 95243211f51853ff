import { spawn } from 'node:child_process';

/**
 * Tells systemd that the program is ready, where systemd asked for it (`Type=notify` sets NOTIFY_SOCKET).
 * The message comes from a child process, as Node has no datagram sockets of the local kind; so the unit needs
 * `NotifyAccess=all` (systemd.service(5)).
 * Never fails the program: a unit that waits in vain is ended by its own start timeout.
 */
export function notifyReady(environment: NodeJS.ProcessEnv = process.env): void {
  notify('READY=1', environment);
}

/** Tells systemd that the program is about to end, where systemd asked for it. Never fails the program. */
export function notifyStopping(environment: NodeJS.ProcessEnv = process.env): void {
  notify('STOPPING=1', environment);
}

/** Sends one of the messages of sd_notify(3). */
function notify(message: string, environment: NodeJS.ProcessEnv): void {
  if (!environment['NOTIFY_SOCKET']) return;
  const child = spawn('systemd-notify', [message], { stdio: 'ignore', env: environment });
  child.on('error', () => undefined);
  child.unref();
}
