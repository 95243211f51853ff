import { withHosts } from '../connect';
import { readState } from '../deploy/state';
import type { LiveShas } from '../operations';

/**
 * The commit that is live, per target and host: the release's own, or a newer one that a deployment found to be the
 * same release.
 */
export const liveShas: LiveShas = ({ environment, signal }) =>
  withHosts(environment, signal, async (hosts) => {
    const rows = environment.targets.flatMap((target) => hosts.map((host) => ({ target, host })));
    return Promise.all(
      rows.map(async ({ target, host }) => {
        const state = await readState(host, environment.stateDir, target);
        const live = state.releases.find(({ id }) => id === state.path.release);
        const confirmed = state.targetFile?.live;
        const where = { target: target.name, host: host.name };
        if (!confirmed || confirmed.release !== live?.id) return { ...where, sha: live?.info?.sha };
        const { sha, dirty, deployment } = confirmed;
        return { ...where, sha, ...(dirty === undefined ? {} : { dirty }), ...(deployment ? { deployment } : {}) };
      }),
    );
  });
