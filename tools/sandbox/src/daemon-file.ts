import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from './processes';

/** What the daemon of a running sandbox says of itself in `daemon.json`. */
export interface DaemonFile extends ProcessIdentity {
  readonly startedAt: string;
  /** Of the sources it was started from. */
  readonly version: string;
}

/** What the last daemon said of itself; undefined when none is running or was ended properly, or the file is damaged. */
export function readDaemonFile(path: string): DaemonFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as DaemonFile;
  } catch {
    return undefined;
  }
}
