import { printableName } from '@polydev/errors';
import type { Finding } from './finding';

/** A finding in lines for people: what it is, and under it what to do instead or why it is allowed. */
export const describeFinding = ({ file, line, rule, level, text, instead, allowed }: Finding): readonly string[] => [
  printableName(`${file}:${line}  ${allowed === undefined ? level : 'allowed'}  ${rule}: ${text}`),
  printableName(allowed === undefined ? `  instead: ${instead}` : `  because: ${allowed}`),
];
