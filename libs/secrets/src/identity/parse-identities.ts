/** A line of an identity file that is none. `reason` is a clause and repeats nothing of it. */
export interface IdentityProblem {
  readonly line: number;
  readonly reason: string;
}

const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^-----BEGIN AGE ENCRYPTED FILE-----/, 'it is protected by a passphrase, which is not supported'],
  [/^-----BEGIN .*PRIVATE KEY-----/, 'it is an SSH or TLS key, and only keys of age itself are supported'],
  [/^AGE-PLUGIN-/i, 'it is the identity of a plugin, which is not supported'],
  [/^age1/, 'it is a public key, and the secret one is needed'],
  [/^[~/.]/, 'it is a path, which belongs in AGE_IDENTITY_FILE'],
];

/** Why a line is no identity. */
const reasonFor = (line: string): string | undefined =>
  /^AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]+$/.test(line)
    ? undefined
    : (FOREIGN.find(([pattern]) => pattern.test(line))?.[1] ?? 'it is no `AGE-SECRET-KEY-1…`');

export interface IdentityLine {
  readonly line: number;
  readonly key: string;
}

/** The identities of a text in the form of age's identity files, or the first line that is none. Pure. */
export const parseIdentities = (text: string): readonly IdentityLine[] | IdentityProblem => {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: index + 1, key: line.trim() }));
  const written = lines.filter(({ key }) => key !== '' && !key.startsWith('#'));
  for (const { line, key } of written) {
    const reason = reasonFor(key);
    if (reason !== undefined) return { line, reason };
  }
  return written.length === 0 ? { line: 1, reason: 'it holds no identity' } : written;
};
