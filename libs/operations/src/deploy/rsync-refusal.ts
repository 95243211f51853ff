import { rsyncMissingLocally } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';

/** Throws RSYNC_MISSING when a target is to go by rsync and this machine has none that can be used. Looks only. */
export const refuseWithoutRsync = async ({ sync }: Pick<TargetConfig, 'sync'>): Promise<void> => {
  const missing = sync === 'rsync' ? await rsyncMissingLocally() : undefined;
  if (missing) throw missing;
};
