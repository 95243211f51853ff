import { escaped } from './escaped';
import type { SecretValues } from './secret-values';

/**
 * The values as a file that systemd (`EnvironmentFile=`) and a shell (`. file`) read alike, several lines long where a
 * value is. It is the secret itself: it goes to a host by standard input, into a file of mode 0600. Pure.
 */
export const environmentFileText = (values: SecretValues): string =>
  values
    .revealAll()
    .map(([name, value]) => `${name}="${escaped(value)}"\n`)
    .join('');

/** The values of such a file, for who starts a service without systemd and without a shell. Pure. */
export const readEnvironmentFile = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/^([A-Za-z_]\w*)="((?:[^"\\]|\\[^])*)"$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\([^])/g, '$1'),
    ]),
  );
