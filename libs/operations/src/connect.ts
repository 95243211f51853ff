import { combined, isOpsError } from '@polydev/errors';
import { connectSsh, onEach, type Host, type HostShell, type Settled } from '@polydev/host';
import type { DeploymentHead } from '@polydev/contract';
import type { EnvironmentConfig, HostConfig } from '@polydev/manifest';
import { targetLayout } from './layout';

/** Connections opened at the same time. */
const PARALLEL = 16;

/** One result for every host of the environment: a connection, or why there is none. */
export const tryHosts = (
  environment: EnvironmentConfig,
  signal: AbortSignal,
): Promise<readonly Settled<HostConfig, Host>[]> =>
  onEach(environment.hosts, { limit: PARALLEL }, (host) =>
    connectSsh({ ...host, signal, ...redactionOf(environment) }),
  );

/** What takes the environment's encrypted values out of everything that comes from its hosts, where they are known. */
export const redactionOf = ({ secrets }: Pick<EnvironmentConfig, 'secrets'>): Pick<Host, 'redact'> => {
  const values = secrets?.values;
  return values === undefined ? {} : { redact: (text) => values.redact(text) };
};

/**
 * Connects to every host of the environment, or to none: then throws everything that stood in the way. Where hosts may
 * be missing, to those that answer, of which there has to be one.
 */
export const withHosts = async <T>(
  environment: EnvironmentConfig,
  signal: AbortSignal,
  work: (hosts: readonly Host[]) => Promise<T>,
): Promise<T> => {
  const settled = await tryHosts(environment, signal);
  const hosts = settled.flatMap((one) => (one.ok ? [one.value] : []));
  try {
    throwFailures(settled.filter((one) => !mayBeMissing(environment, one, hosts.length)));
    return await work(hosts);
  } finally {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  }
};

/** Whether a failed connection is one of a host that is just not there, and may be left out. */
export const mayBeMissing = (
  { allowMissingHosts }: Pick<EnvironmentConfig, 'allowMissingHosts'>,
  one: Settled<HostConfig, Host>,
  reached: number,
): boolean =>
  allowMissingHosts === true &&
  reached > 0 &&
  !one.ok &&
  isOpsError(one.error) &&
  one.error.code === 'HOST_UNREACHABLE';

/** Takes a target's lock on every host, or on none, and gives them back at the end. */
export const withShells = <T>(
  input: { readonly hosts: readonly Host[]; readonly target: string } & LockInput,
  work: (shells: readonly HostShell[]) => Promise<T>,
): Promise<T> =>
  withLocks(
    input.hosts.map((host) => ({ host, target: input.target })),
    input,
    work,
  );

export interface LockInput {
  readonly stateDir: string;
  readonly head: LockHolder;
}

/** Takes the locks of several targets, each on its host, or none of them; the shells come in the order that was asked for. */
export const withLocks = async <T>(
  wanted: readonly { readonly host: Host; readonly target: string }[],
  { stateDir, head }: LockInput,
  work: (shells: readonly HostShell[]) => Promise<T>,
): Promise<T> => {
  const settled = await onEach(wanted, { limit: PARALLEL }, ({ host, target }) =>
    host.openShell({ target, lockFile: targetLayout(stateDir, target).lock, holder: holderOf(head) }),
  );
  const shells = settled.flatMap((one) => (one.ok ? [one.value] : []));
  try {
    throwFailures(settled);
    return await work(shells);
  } finally {
    await Promise.all(shells.map((shell) => shell.release().catch(() => undefined)));
  }
};

export type LockHolder = Pick<DeploymentHead, 'id' | 'by' | 'startedAt'>;

export const holderOf = ({ id, by, startedAt }: LockHolder) => ({
  by,
  from: by.split('@').at(-1) ?? by,
  since: startedAt,
  deployment: id,
});

/** Throws all failures as one, if they are all situations of the user's; a bug first. */
const throwFailures = (settled: readonly Settled<unknown, unknown>[]): void => {
  const errors = settled.flatMap((one) => (one.ok ? [] : [one.error]));
  const bug = errors.find((error) => !isOpsError(error));
  if (bug !== undefined) throw bug as Error;
  const explained = errors.filter((error) => isOpsError(error));
  if (explained.length > 0) throw combined(explained);
};
