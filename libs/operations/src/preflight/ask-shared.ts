import { sharedFileMissing, type OpsError } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { missingShared } from '../deploy/refusals';
import { readState } from '../deploy/state';

/**
 * Files that targets share between their releases and that are not on the host yet. A directory that is going to be adopted may hold
 * them: it is looked at by the deploy itself. Looks only.
 */
export const askShared = async (
  host: Host,
  stateDir: string,
  targets: readonly TargetConfig[],
): Promise<readonly OpsError[]> => {
  const found = await Promise.all(
    targets
      .filter(({ shared }) => shared.some(({ kind }) => kind === 'file'))
      .map(async (target) => {
        const state = await readState(host, stateDir, target);
        if (state.path.kind === 'directory') return [];
        const paths = missingShared({ target, stateDir, present: state.sharedPresent });
        const where = { target: target.name, host: host.name, address: host.address };
        return paths.length === 0 ? [] : [sharedFileMissing({ ...where, paths })];
      }),
  );
  return found.flat();
};
