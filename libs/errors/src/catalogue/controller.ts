import { OpsError } from '../ops-error';

/** What the master-controller answers with when it cannot give what was asked for. */
export const CONTROLLER_CODES = [
  'DEPLOYMENT_UNKNOWN',
  'DEPLOYMENT_ID_INVALID',
  'RECORD_UNREADABLE',
  'QUERY_INVALID',
  'ROUTE_UNKNOWN',
  'STATE_UNREADABLE',
  'SETTINGS_INVALID',
  'CANNOT_LISTEN',
  'HISTORY_NOT_KEPT',
  'HISTORY_UNAVAILABLE',
] as const;

export const deploymentUnknown = (id: string) =>
  new OpsError(
    'DEPLOYMENT_UNKNOWN',
    `There is no record of a deployment ${id} on this host.`,
    'GET /api/deployments lists the deployments that there are.',
  );

export const deploymentIdInvalid = (id: string) =>
  new OpsError(
    'DEPLOYMENT_ID_INVALID',
    `${JSON.stringify(id)} cannot be the id of a deployment: an id is made of letters, digits, ".", "_" and "-".`,
    'GET /api/deployments lists the deployments that there are, with their ids.',
  );

export const recordUnreadable = (problems: readonly string[]) =>
  new OpsError(
    'RECORD_UNREADABLE',
    `The record of this deployment cannot be read: ${problems.join('; ')}.`,
    'Look at the file on the host. If a newer version wrote it, update the master-controller.',
  );

export const queryInvalid = (problems: readonly string[]) =>
  new OpsError(
    'QUERY_INVALID',
    `The query is not valid: ${problems.join('; ')}.`,
    'Leave a value out to get its default.',
  );

export const routeUnknown = (method: string, path: string) =>
  new OpsError(
    'ROUTE_UNKNOWN',
    `There is no ${method} ${path} here.`,
    'GET /api/deployments, /api/deployments/<id>, /api/deployments/history, /api/targets and /api/auth/health are what there is.',
  );

export const stateUnreadable = (directory: string, reason: string) =>
  new OpsError(
    'STATE_UNREADABLE',
    `The state in ${directory} cannot be read: ${reason}.`,
    'Let the account that the master-controller runs as read that directory, or set STATE_DIR to where the state is.',
  );

export const settingsInvalid = (problems: readonly string[]) =>
  new OpsError(
    'SETTINGS_INVALID',
    `The master-controller was not started: ${problems.join('; ')}.`,
    'Correct the environment variables of the service and start it again.',
  );

export const cannotListen = (address: string, reason: string) =>
  new OpsError(
    'CANNOT_LISTEN',
    `The master-controller was not started: it cannot listen on ${address} (${reason}).`,
    'Stop the program that has the address, or set HOST and PORT to another one.',
  );

export const historyNotKept = () =>
  new OpsError(
    'HISTORY_NOT_KEPT',
    'This master-controller keeps no history in a database: DATABASE_URL is not set in its service.',
    'GET /api/deployments answers from the files of this host. For a history over hosts set DATABASE_URL and restart the service.',
  );

/** `reason` is a clause: what kept the database from answering. */
export const historyUnavailable = (failure: { reason: string; migrated: boolean }) =>
  new OpsError(
    'HISTORY_UNAVAILABLE',
    `The database with the history did not answer: ${failure.reason}. The files of the hosts hold everything, and it is mirrored later.`,
    failure.migrated
      ? 'GET /api/deployments answers from the files of this host; ask again once the database is back.'
      : 'Its tables are not as this release expects them: `npx nx run database:migrate`.',
  );
