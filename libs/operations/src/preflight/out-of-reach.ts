import { isOpsError } from '@polydev/errors';
import type { EnvironmentConfig, HostConfig } from '@polydev/manifest';
import type { Finding } from '../operations';
import { findingOf } from './finding';

/** A host that no connection was made to, with the way to it; throws what is no situation of the user's. */
export const outOfReach = ({ name }: Pick<EnvironmentConfig, 'name'>, host: HostConfig, error: unknown): Finding => {
  if (!isOpsError(error)) throw error;
  const finding = findingOf(error, host.name);
  const isStopped = error.code === 'HOST_UNREACHABLE' && name === 'sandbox' && LOOPBACK.includes(host.address);
  return isStopped
    ? { ...finding, hint: `The sandbox does not run: \`npm run sandbox:start\`. ${finding.hint}` }
    : finding;
};

/** A host that no connection was made to, and that may be missing. */
export const leftOut = ({ name }: HostConfig): Finding => ({
  level: 'warning',
  code: 'HOST_LEFT_OUT',
  host: name,
  message: `${name} cannot be reached and is left out, as --allow-missing-hosts allows. It keeps what it has.`,
  hint: 'The next deploy without that option brings it level.',
});

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
