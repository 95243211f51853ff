import { readFileSync } from 'node:fs';

/** When a process began, in clock ticks since boot (proc(5), field 22): tells it from a later one that got its number. */
export interface ProcessIdentity {
  readonly ticks: number;
}

/** Undefined where no such process runs. Where there is no /proc, its number has to do: `ticks` is 0. */
export const identityOf = (pid: number): ProcessIdentity | undefined => {
  if (process.platform !== 'linux') return signalled(pid) ? { ticks: 0 } : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; state is the first field behind it, the start the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { ticks: Number(fields[19]) };
  } catch {
    return undefined;
  }
};

const signalled = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
