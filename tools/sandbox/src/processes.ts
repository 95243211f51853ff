import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Every process of a sandbox, and whatever it starts, inherits this variable with the sandbox's folder as its value.
 * It is how a stop finds them all, also when the process that started them is gone.
 */
export const MEMBER_VARIABLE = 'POLYDEV_SANDBOX_MEMBER';

/** Tells a process from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot: field 22 of /proc/<pid>/stat, see proc(5). */
  readonly startTime: string;
  /** Random id of the machine's current boot. */
  readonly boot: string;
}

interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly startTime: string;
}

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process has ended meanwhile, or is another user's
  }
};

function statOf(pid: number): ProcessStat | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  // The command's name stands in parentheses and may hold spaces and parentheses itself.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, startTime] = [fields?.[0], fields?.[1], fields?.[19]];
  return state && parent && startTime ? { state, parent: Number(parent), startTime } : undefined;
}

/** Random id of the machine's current boot; another one after a restart of the machine. */
export const currentBoot = (): string => textOf('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown';

/** The identity of a running process; undefined when there is none with this number, or it has ended and is not reaped yet. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid);
  return stat && stat.state !== 'Z' ? { pid, startTime: stat.startTime, boot: currentBoot() } : undefined;
}

/** Whether that very process is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now?.startTime === identity.startTime && now.boot === identity.boot;
}

function ownLine(): Set<number> {
  const line = new Set<number>();
  for (let pid = process.pid; pid > 0 && !line.has(pid); pid = statOf(pid)?.parent ?? 0) line.add(pid);
  return line;
}

/**
 * The numbers of all processes of the sandbox in `directory`: those that carry its mark and their descendants, which
 * may have dropped it. Never the calling process or one it descends from.
 */
export function membersOf(directory: string): number[] {
  const mark = `${MEMBER_VARIABLE}=${directory}`;
  const parents = new Map<number, number>();
  const members = new Set<number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (!stat || stat.state === 'Z') continue;
    parents.set(pid, stat.parent);
    if (textOf(`/proc/${pid}/environ`)?.split('\0').includes(mark)) members.add(pid);
  }
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const [pid, parent] of parents) if (members.has(parent)) members.add(pid);
  }
  for (const pid of ownLine()) members.delete(pid);
  return [...members];
}

/** Sends a signal to a process, or to a process group where the number is negative; one that has ended is no error. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ended meanwhile, or another user's: whoever asked looks again at what is left
  }
}

/** Waits until `isDone` says so, asking every 20 ms; returns whether it did within `timeoutMs`. */
export async function waitUntil(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(20)) if (isDone()) return true;
  return isDone();
}

/** Ends all processes of a sandbox: SIGTERM, `graceMs` later SIGKILL. Returns how many there were and those still there. */
export async function endMembers(directory: string, graceMs: number): Promise<{ found: number; left: number[] }> {
  const found = membersOf(directory);
  for (const pid of found) signalTo(pid, 'SIGTERM');
  let left = found;
  const isEmpty = () => (left = membersOf(directory)).length === 0;
  if (await waitUntil(isEmpty, graceMs)) return { found: found.length, left };
  const killed = () => {
    for (const pid of left) signalTo(pid, 'SIGKILL');
    return isEmpty();
  };
  await waitUntil(killed, 2_000);
  return { found: found.length, left };
}
