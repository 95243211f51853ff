import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Shows nothing of what is typed. */
const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * A value from standard input: all of it, without the line end that `echo` and editors put behind; at a terminal one
 * line is asked for and not shown. It is not kept in any history.
 */
export const askValue = async (name: string): Promise<string> => {
  if (!process.stdin.isTTY) return withoutLastLineEnd(await text(process.stdin));
  const terminal = createInterface({ input: process.stdin, output: nowhere(), terminal: true, historySize: 0 });
  // Said once the terminal shows nothing any more of what is typed.
  process.stderr.write(`Value of ${name} (it is not shown; give one of several lines on standard input): `);
  const cancelled = new AbortController();
  terminal.on('SIGINT', () => cancelled.abort());
  try {
    return await terminal.question('', { signal: cancelled.signal });
  } catch (error) {
    if (!cancelled.signal.aborted) throw error;
    process.exit(130);
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
};

export const withoutLastLineEnd = (value: string): string => value.replace(/\r?\n$/, '');
