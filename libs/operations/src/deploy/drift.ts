import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { targetLayout } from '../layout';
import { program } from '../programs';
import { driftThatCounts, oursIn, type Comparison } from './look';
import { answerOf, type ReleaseOnHost } from './state';

export type Drift = Comparison['drift'][number];

/**
 * Every file of a release on a host that is not as its list says: changed, missing, or extra. Looks only; an adopted
 * directory has no list, so nothing can be said of it. What a build on the server wrote is not called extra.
 */
export const driftOf = async (
  host: Host,
  release: ReleaseOnHost,
  { stateDir, target }: { readonly stateDir: string; readonly target: TargetConfig },
): Promise<readonly Drift[]> => {
  if (!release.hasList) return [];
  const layout = targetLayout(stateDir, target.name);
  const compare = program('compare', layout.release(release.id), layout.list(release.id), ...oursIn(target));
  const { drift } = await answerOf<Comparison>(host, host.exec(compare, { stdin: '' }));
  return driftThatCounts(drift, target);
};
