/** What breaks a line, drives a terminal, or turns the direction in which it is read; and the backslash that tells of them. */
const UNPRINTABLE = /[\\\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * The name of a file as a piece of one line: what would break the line or drive a terminal is written as `\n`, `\x1b`,
 * `\u202e`. Names come from hosts and builds, and may hold anything but NUL.
 */
export const printableName = (name: string): string =>
  name.replace(UNPRINTABLE, (character) => SHORT[character] ?? escaped(character.charCodeAt(0)));

const escaped = (code: number): string =>
  code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
