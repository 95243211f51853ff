import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../processes';

const MOUNTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

/** Where this machine's cgroup version 2 tree is mounted; undefined where there is none. */
export const cgroupRoot = (): string | undefined => MOUNTS.find((path) => existsSync(join(path, 'cgroup.procs')));

/** The cgroup of a session, which everything that it starts is in. */
export function sessionCgroup(id: string): string {
  const root = cgroupRoot();
  if (root === undefined) throw new Error('this machine has no cgroup version 2 tree');
  return join(root, id);
}

/** Makes a cgroup and returns its path. */
export function makeCgroup(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

/** Whether any process is in this cgroup or below it. */
export function isPopulated(path: string): boolean {
  try {
    return readFileSync(join(path, 'cgroup.events'), 'utf8').includes('populated 1');
  } catch {
    return false; // it is gone
  }
}

/**
 * Ends all processes of a cgroup and below, at once and without a word to them (`cgroup.kill`, Linux 5.14). Throws an
 * Error where some are still there after ten seconds.
 */
export async function killCgroup(path: string): Promise<void> {
  if (!existsSync(path)) return;
  writeFileSync(join(path, 'cgroup.kill'), '1');
  if (!(await waitUntil(() => !isPopulated(path), 10_000))) throw new Error(`processes of ${path} do not end`);
}

/** Removes an empty cgroup and those below it. */
export function removeCgroup(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(path, entry.name));
  rmdirSync(path);
}

/** The machine's number of the process that is number 1 of the PID namespace within a cgroup; undefined where none is. */
export function initProcess(path: string): number | undefined {
  for (const cgroup of [path, join(path, 'init.scope')]) {
    for (const pid of linesOf(join(cgroup, 'cgroup.procs'))) {
      const numbers = /^NSpid:(.*)$/m
        .exec(linesOf(`/proc/${pid}/status`).join('\n'))?.[1]
        ?.trim()
        .split(/\s+/);
      if (numbers !== undefined && numbers.length > 1 && numbers.at(-1) === '1') return Number(pid);
    }
  }
  return undefined;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return []; // the process or the cgroup ended meanwhile
  }
}
