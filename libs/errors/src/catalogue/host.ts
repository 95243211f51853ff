import { OpsError } from '../ops-error';

export const HOST_CODES = [
  'HOST_UNREACHABLE',
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_CHANGED',
  'AUTH_FAILED',
  'CONNECTION_LOST',
  'FORWARDING_REFUSED',
  'COMMAND_FAILED',
  'COMMAND_TIMED_OUT',
  'COMMAND_CANCELED',
  'LOCK_HELD',
  'NO_PERMISSION',
  'DISK_FULL',
  'TOOL_MISSING',
] as const;

/** Another process holds the target's lock on a host. */
export const lockHeld = (lock: { target: string; host: string; by?: string; since?: string; deployment?: string }) =>
  new OpsError(
    'LOCK_HELD',
    `${lock.target} on ${lock.host} is being changed by ${lock.by ?? 'somebody'}` +
      `${lock.since ? ` since ${lock.since}` : ''}${lock.deployment ? ` (deployment ${lock.deployment})` : ''}. Nothing was changed.`,
    `Wait for it to end and run the same command again; \`nx run ${lock.target}:status\` shows how far it is.`,
  );
