import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Argv } from '@polydev/host';

/**
 * What runs on a host beside plain commands: small perl programs, since perl-base and coreutils are what every Debian
 * and Ubuntu has. They are sent with the command; nothing is installed.
 */
const PARTS = {
  state: ['json', 'state'],
  compare: ['json', 'file-list', 'compare'],
  adoption: ['json', 'file-list', 'adoption'],
  place: ['json', 'file-list', 'place'],
  link: ['json', 'link'],
  'adopt-shared': ['json', 'exchange', 'adopt-shared'],
  swap: ['json', 'exchange', 'swap'],
  'swap-back': ['json', 'exchange', 'swap-back'],
  prune: ['json', 'prune'],
  listener: ['json', 'listener'],
  records: ['json', 'records'],
  parts: ['json', 'parts'],
  preflight: ['json', 'preflight'],
} as const satisfies Record<string, readonly string[]>;

const DIRECTORY = join(__dirname, '..', 'programs');
const texts = new Map<string, string>();

/** The command that runs one of our programs on a host with the given arguments. */
export const program = (name: keyof typeof PARTS, ...args: readonly string[]): Argv => {
  let text = texts.get(name);
  if (text === undefined) {
    const parts = PARTS[name].map((part) => readFileSync(join(DIRECTORY, `${part}.pl`), 'utf8'));
    text = [`# polydev host program: ${name}`, ...parts].join('\n');
    texts.set(name, text);
  }
  return ['perl', '-e', text, '--', ...args];
};
