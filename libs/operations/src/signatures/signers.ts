import { readSigners, type Signers } from '@polydev/audit';
import type { EnvironmentConfig } from '@polydev/manifest';

/**
 * The keys whose signatures count in an environment, by the deployer's own file and never by anything on a host; undefined
 * where releases need no signature. Throws SIGNERS_UNREADABLE.
 */
export const signersOf = ({
  allowedSigners,
}: Pick<EnvironmentConfig, 'allowedSigners'>): Promise<Signers | undefined> =>
  allowedSigners === undefined ? Promise.resolve(undefined) : readSigners(allowedSigners);
