import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { RELEASE_FILE, releaseInfoSchema, type TargetView } from '@polydev/contract';
import { readStateFile } from '../state-file';

/** What a target's path leads to. */
export interface Live {
  /** Undefined where it is no release of ours. */
  readonly live: TargetView['live'];
  /** When it went live; undefined where nothing is there. */
  readonly since: string | undefined;
}

/** Looks at the path of a target. Never throws. */
export async function liveOf(path: string): Promise<Live> {
  const [live, since] = await Promise.all([liveRelease(path), liveSince(path)]);
  return { live, since };
}

async function liveRelease(path: string): Promise<Live['live']> {
  const directory = await realpath(path).catch(() => undefined);
  if (directory === undefined) return undefined;
  const file = await readStateFile(join(directory, RELEASE_FILE), releaseInfoSchema);
  if (file.kind !== 'read') return undefined;
  const { release, sha, digest } = file.value;
  return { release, sha, digest };
}

/** The symlink is made anew by every swap, so its own time is when the release went live. */
async function liveSince(path: string): Promise<string | undefined> {
  const entry = await lstat(path).catch(() => undefined);
  return entry?.mtime.toISOString();
}
