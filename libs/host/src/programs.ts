import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Argv } from './host';

/**
 * Small perl programs that run on a host beside plain commands: perl-base and coreutils are what every Debian and
 * Ubuntu has. They are sent with the command; nothing is installed. Each is joined from files `<part>.pl` of a
 * directory, read once. Returns the command that runs a program with arguments.
 */
export const hostPrograms = <Name extends string>(
  directory: string,
  parts: Readonly<Record<Name, readonly string[]>>,
): ((name: Name, ...args: readonly string[]) => Argv) => {
  const texts = new Map<Name, string>();
  return (name, ...args) => {
    let text = texts.get(name);
    if (text === undefined) {
      const files = parts[name].map((part) => readFileSync(join(directory, `${part}.pl`), 'utf8'));
      text = [`# polydev host program: ${name}`, ...files].join('\n');
      texts.set(name, text);
    }
    return ['perl', '-e', text, '--', ...args];
  };
};
