import type { Argv } from './host';

/**
 * The one function that makes a remote command line: every argument in POSIX single quotes, so that the login shell
 * hands them on unchanged. Throws a TypeError for a NUL byte, which no argument can carry.
 */
export const quote = (argv: Argv): string => argv.map(quoteArgument).join(' ');

const quoteArgument = (argument: string): string => {
  refuseNul(argument);
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
};

/** Throws a TypeError when one of the texts holds a NUL byte: it would end the text on its way to the host. */
export const refuseNul = (...texts: readonly string[]): void => {
  const bad = texts.find((text) => text.includes('\0'));
  if (bad !== undefined) throw new TypeError(`A NUL byte cannot be sent: ${JSON.stringify(bad)}`);
};
