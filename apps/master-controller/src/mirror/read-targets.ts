import { join } from 'node:path';
import { RELEASE_FILE, releaseInfoSchema, targetFileSchema } from '@polydev/contract';
import { namesIn, readStateFile } from '../state-file';
import { liveOf } from '../targets/live';

/** A row of `targets`, but for the host. */
export interface TargetRow {
  readonly environment: string;
  readonly target: string;
  readonly path: string;
  readonly url?: string | undefined;
  readonly health_url?: string | undefined;
  readonly release?: string | undefined;
  readonly sha?: string | undefined;
  readonly digest?: string | undefined;
  readonly live_since?: string | undefined;
}

/** A row of `releases`, but for the host. */
export interface ReleaseRow {
  readonly environment: string;
  readonly target: string;
  readonly id: string;
  readonly sha: string;
  readonly digest: string;
}

/** What this host holds. What cannot be read is left out; `/api/targets` says why. */
export interface HeldHere {
  readonly targets: readonly TargetRow[];
  readonly releases: readonly ReleaseRow[];
}

/** Reads the targets and releases of this host. Throws STATE_UNREADABLE. */
export async function readTargets(stateDir: string): Promise<HeldHere> {
  const names = await namesIn(join(stateDir, 'targets'));
  const held = await Promise.all(names.map((name) => readTarget(join(stateDir, 'targets', name))));
  return { targets: held.flatMap(({ targets }) => targets), releases: held.flatMap(({ releases }) => releases) };
}

async function readTarget(directory: string): Promise<HeldHere> {
  const file = await readStateFile(join(directory, 'target.json'), targetFileSchema);
  if (file.kind !== 'read') return { targets: [], releases: [] };
  const { target, environment, path, url, healthUrl } = file.value;
  const { live, since } = await liveOf(path);
  const row = { environment, target, path, url, health_url: healthUrl, ...live, live_since: since };
  return { targets: [row], releases: await readReleases(join(directory, 'releases'), { environment, target }) };
}

async function readReleases(
  directory: string,
  of: Pick<ReleaseRow, 'environment' | 'target'>,
): Promise<readonly ReleaseRow[]> {
  const ids = await namesIn(directory);
  const files = ids.map(async (id) => ({
    id,
    file: await readStateFile(join(directory, id, RELEASE_FILE), releaseInfoSchema),
  }));
  return (await Promise.all(files)).flatMap(({ id, file }) =>
    file.kind === 'read' ? [{ ...of, id, sha: file.value.sha, digest: file.value.digest }] : [],
  );
}
