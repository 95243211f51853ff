import { open } from 'node:fs/promises';

/** What is kept of a console. */
export const CONSOLE_BYTES = 1024 * 1024;

/** The first MiB of a console's file, with plain line ends; empty where there is no file yet. */
export const readConsole = async (file: string): Promise<string> => {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, CONSOLE_BYTES)), 0, undefined, 0);
    return buffer.toString('utf8', 0, bytesRead).replaceAll('\r', '');
  } finally {
    await handle.close();
  }
};

/** The last lines that say anything, without control characters: they are shown on terminals. */
export const lastLines = (text: string, count: number): readonly string[] =>
  text
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
    .split('\n')
    .map((line) => line.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '').trimEnd())
    .filter((line) => line !== '')
    .slice(-count);

/** Whether a line begins with one of the guest's words; an agent may print the same in the middle of its own. */
export const hasWord = (text: string, word: string): boolean => text.startsWith(word) || text.includes(`\n${word}`);

/** Without a line that is still being written: half a number is another number. */
export const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1);
