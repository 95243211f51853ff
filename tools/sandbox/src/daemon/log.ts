import { closeSync, copyFileSync, existsSync, openSync, readSync, statSync, truncateSync } from 'node:fs';

const LIMIT_BYTES = 5_000_000;
const TAIL_BYTES = 256_000;

/** Where the daemon says what it does; a line at a time. */
export type Say = (line: string) => void;

/** Opens a log for appending; whoever gets the descriptor may write to it on its own. */
export const openLog = (file: string): number => openSync(file, 'a');

/**
 * Moves a log's content to `<file>.1` when it has grown beyond 5 MB. It is copied and cut, not renamed, because running
 * processes hold it open; they append, so that they go on at its new end.
 */
export function rotate(file: string): void {
  if (!existsSync(file) || statSync(file).size <= LIMIT_BYTES) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

/** The last `count` lines of a log (of its last 256 kB), oldest first; none where there is no log. */
export function lastLines(file: string, count: number): string[] {
  if (!existsSync(file) || count <= 0) return [];
  const size = statSync(file).size;
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  const descriptor = openSync(file, 'r');
  try {
    const read = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    const text = buffer.toString('utf8', 0, read).trimEnd();
    return text === '' ? [] : text.split('\n').slice(-count);
  } finally {
    closeSync(descriptor);
  }
}
