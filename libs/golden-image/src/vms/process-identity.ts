import { readFileSync } from 'node:fs';
import { z } from 'zod';

export const identitySchema = z.object({
  pid: z.number().int().positive(),
  /** `<boot id>/<clock ticks since boot at its start>`. */
  started: z.string(),
});
/** One process, told from a later one that got its number. */
export type ProcessIdentity = Readonly<z.infer<typeof identitySchema>>;

/**
 * Returns the identity of a running process, or undefined where none has that number (or it has ended and waits to be
 * reaped).
 */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = readOr(`/proc/${pid}/stat`);
  // proc(5): the name in parentheses may hold anything; state is the first field after it, num_threads the 18th, starttime the 20th.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields?.[19];
  if (!fields || ticks === undefined || hasEnded(fields)) return undefined;
  return { pid, started: `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}` };
}

/** While other threads of a process are on their way out, its first one waits for them as a zombie, and its sockets are open. */
const hasEnded = (fields: readonly string[]): boolean =>
  fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) <= 1);

/** Whether that very process runs. */
export const isRunning = (process: ProcessIdentity): boolean => identityOf(process.pid)?.started === process.started;

const readOr = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** Identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const own = identityOf(process.pid);
  if (!own) throw new Error('/proc does not show this process');
  return own;
}
