import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from '../processes';
import { replaceFile } from '../replace-file';
import { killCgroup, removeCgroup, sessionCgroup } from './cgroup';
import { holding } from './holding';
import { cacheDirectory } from './locations';
import { removeNamespace } from './network';

/** Who has which real hosts, as it is kept while they are there. */
export interface Session {
  /** Name of its network namespace and its cgroup; the namespaces of its hosts begin with it. */
  readonly id: string;
  readonly directory: string;
  readonly owner: ProcessIdentity;
}

const records = () => join(cacheDirectory(), 'sessions');
const recordOf = (id: string) => join(records(), `${id}.json`);
const DISKS = 'disks';

/** Where a session keeps its disks and keys when it is not told: its own folder of the cache directory. */
export const defaultDirectory = (id: string): string => join(cacheDirectory(), DISKS, id);

/** Writes down that this process has a session, before anything of it is made. */
export function recordSession(id: string, directory: string): Session {
  const owner = identityOf(process.pid);
  if (owner === undefined) throw new Error('this process is not to be found in /proc');
  const session = { id, directory, owner };
  mkdirSync(records(), { recursive: true, mode: 0o700 });
  replaceFile(recordOf(id), JSON.stringify(session));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return session;
}

/** Ends and removes all of a session: processes, namespaces, cgroups, disks, and its record last. Safe to repeat. */
export async function demolish({ id, directory }: Session): Promise<void> {
  const cgroup = sessionCgroup(id);
  await killCgroup(cgroup);
  removeCgroup(cgroup);
  for (const name of existsSync('/run/netns') ? readdirSync('/run/netns') : [])
    if (name === id || name.startsWith(`${id}-`)) await removeNamespace(name);
  // Only what was made here: a directory that was handed in may hold other things.
  for (const name of ['hosts', 'client_key', 'client_key.pub', 'known_hosts'])
    rmSync(join(directory, name), { recursive: true, force: true });
  if (directory === defaultDirectory(id)) rmSync(directory, { recursive: true, force: true });
  rmSync(recordOf(id), { force: true });
}

/** Removes what sessions left whose process has ended without closing them. Returns their ids. */
export const removeLeftovers = (): Promise<string[]> =>
  holding(`leftovers of ${records()}`, 60_000, async () => {
    const names = existsSync(records()) ? readdirSync(records()).filter((name) => name.endsWith('.json')) : [];
    const sessions = names.flatMap((name) => readRecord(join(records(), name)));
    const left = sessions.filter(({ owner }) => !isRunning(owner));
    for (const session of left) await demolish(session);
    return left.map(({ id }) => id);
  });

/** The one record in a file; none where its owner removed it meanwhile. */
function readRecord(file: string): Session[] {
  try {
    return [JSON.parse(readFileSync(file, 'utf8')) as Session];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
