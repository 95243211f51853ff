import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from './identity';

/** Ends the clusters of processes that are gone, and removes what they had. */
export const clearLeftovers = (clusters: string): void =>
  readdirSync(clusters)
    .filter((name) => !hasOwner(name))
    .forEach((name) => {
      const directory = join(clusters, name);
      endServer(join(directory, 'data'));
      [directory, join(tmpdir(), `polydev-${name}`)].forEach((path) => rmSync(path, { recursive: true, force: true }));
    });

/** A directory's name is `<pid>.<ticks>.<random>`; one with any other name is not ours to remove. */
const hasOwner = (name: string): boolean => {
  const [, pid, ticks] = /^(\d+)\.(\d+)\.[0-9a-f]{8}$/.exec(name) ?? [];
  if (pid === undefined) return true;
  return identityOf(Number(pid))?.ticks === Number(ticks);
};

/** The server's number and directory are the first lines of its lock file; another process may have got the number since. */
const endServer = (data: string): void => {
  try {
    const [pid = '', directory] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    if (directory !== data || !commandOf(Number(pid)).includes(data)) return;
    process.kill(Number(pid), 'SIGQUIT');
  } catch {
    // It had not started, or is gone.
  }
};

const commandOf = (pid: number): readonly string[] => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
