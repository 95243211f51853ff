import { RELEASE_FILE } from '@polydev/contract';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { targetLayout } from '../layout';
import { program } from '../programs';
import { driftThatCounts, oursIn, type Comparison } from './look';
import { ADOPTED } from './plan';
import { answerOf, type ReleaseOnHost } from './state';

export type Drift = Comparison['drift'][number];

export interface DriftInput {
  readonly stateDir: string;
  readonly target: TargetConfig;
  /** Digest by a record, which no edit of the release can have changed too; left out, the release's own word is taken. */
  readonly digest?: string | undefined;
}

/**
 * Every file of a release on a host that is not as its list says: changed, missing, or extra; the list itself among
 * them, which has the digest for its SHA-256. Looks only; an adopted directory has no list, so nothing can be said of it.
 */
export const driftOf = async (
  host: Host,
  release: ReleaseOnHost,
  { stateDir, target, digest = release.info?.digest }: DriftInput,
): Promise<readonly Drift[]> => {
  if (release.id.startsWith(ADOPTED)) return [];
  const layout = targetLayout(stateDir, target.name);
  const list = layout.list(release.id);
  const unnamed: Drift[] = release.info === undefined ? [{ kind: 'missing', path: RELEASE_FILE, files: 1 }] : [];
  if (!release.hasList) return [...unnamed, { kind: 'missing', path: nameOf(list), files: 1 }];
  const compare = program('compare', layout.release(release.id), list, ...oursIn(target));
  const [{ drift }, sum] = await Promise.all([
    answerOf<Comparison>(host, host.exec(compare, { stdin: '' })),
    host.exec(['sha256sum', '--', list]),
  ]);
  const forged: Drift[] =
    digest === undefined || sum.stdout.replace(/^\\/, '').startsWith(digest)
      ? []
      : [{ kind: 'changed', path: nameOf(list), files: 1 }];
  return [...unnamed, ...forged, ...driftThatCounts(drift, target)];
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
