import { spawn } from 'node:child_process';

/**
 * Tells systemd that the program is ready, where systemd asked for it (`Type=notify` sets NOTIFY_SOCKET).
 * The message comes from a child process, so the unit needs `NotifyAccess=all` (systemd.service(5)).
 * Never fails the program: a unit that waits in vain is ended by its own start timeout.
 */
export function notifyReady(environment: NodeJS.ProcessEnv = process.env): void {
  if (!environment['NOTIFY_SOCKET']) return;
  const child = spawn('systemd-notify', ['--ready'], { stdio: 'ignore', env: environment });
  child.on('error', () => undefined);
  child.unref();
}
