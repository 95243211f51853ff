import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { signingFailed, sshKeygenMissing } from '@polydev/errors';
import { signerOf, type Signer, type Signers } from './signers';
import { readClaims } from './sshsig';

/** What signatures are for; one for another purpose is refused. */
export type Namespace = 'audit@polydev' | 'release@polydev' | 'approval@polydev' | 'deploy@polydev';

/** A key to sign with. */
export interface SigningKey {
  /** Path of a private key; or of a public key whose private one an agent holds. */
  readonly file: string;
  /** Socket of that agent, if not the one of the environment. */
  readonly agent?: string | undefined;
}

/** What a signature turned out to be. */
export type SignatureCheck =
  | { readonly kind: 'good'; readonly signer: Signer }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'wrong-namespace'; readonly found: string }
  | { readonly kind: 'unknown-key'; readonly fingerprint: string }
  /** By a known key, and not of this text, or not in its time. */
  | { readonly kind: 'refused'; readonly signer: Signer; readonly why: string };

/**
 * Nobody is asked for a passphrase: the program that would ask says no. The time zone is for `verify-time`, which older
 * versions read as local time.
 */
const QUIET = { SSH_ASKPASS: 'false', SSH_ASKPASS_REQUIRE: 'force', LC_ALL: 'C', TZ: 'UTC' };

/** Signs a text with `ssh-keygen -Y sign`; returns the armored signature. Throws SIGNING_FAILED. */
export const sign = async (text: string, namespace: Namespace, key: SigningKey): Promise<string> => {
  const agent = key.agent === undefined ? {} : { SSH_AUTH_SOCK: key.agent };
  const result = await sshKeygen(['-Y', 'sign', '-n', namespace, '-f', key.file], text, agent);
  if (result.failure === undefined) return result.stdout;
  throw signingFailed({ key: key.file, why: result.failure });
};

export interface Signed {
  readonly text: string;
  readonly signature: string;
  readonly namespace: Namespace;
  /** A key has to have been valid then (`valid-before` of its line); left out, now. */
  readonly at?: string;
}

/** Checks a signature with `ssh-keygen -Y verify`, and says what is wrong with it. */
export const check = async ({ text, signature, namespace, at }: Signed, signers: Signers): Promise<SignatureCheck> => {
  const claims = readClaims(signature);
  if (!claims) return { kind: 'malformed' };
  if (claims.namespace !== namespace) return { kind: 'wrong-namespace', found: claims.namespace };
  const signer = signerOf(signers, claims.fingerprint);
  if (!signer) return { kind: 'unknown-key', fingerprint: claims.fingerprint };
  return inTemporary({ signers: signers.text, signature }, async (path) => {
    const time = at === undefined ? [] : ['-O', `verify-time=${at.replace(/\D/g, '').slice(0, 14)}`];
    const who = ['-I', signer.names[0] ?? '', '-n', namespace];
    const files = ['-f', path('signers'), '-s', path('signature')];
    const { failure } = await sshKeygen(['-Y', 'verify', ...who, ...files, ...time], text);
    return failure === undefined ? { kind: 'good', signer } : { kind: 'refused', signer, why: failure };
  });
};

/** Runs ssh-keygen with a text on its standard input; `failure` is why it failed, in its own words. */
export const sshKeygen = async (
  args: readonly string[],
  input: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string; readonly failure?: string }> => {
  const options = { input, reject: false, stripFinalNewline: false, env: { ...QUIET, ...env } } as const;
  const result = await execa('ssh-keygen', args, options);
  if (!result.failed) return { stdout: result.stdout };
  const why = result.shortMessage ?? '';
  if (result.exitCode === undefined && result.signal === undefined) throw sshKeygenMissing({ why });
  return { stdout: '', failure: lastLine(result.stderr) || why };
};

/** Files that only we can read, for as long as `use` runs. */
const inTemporary = async <T>(
  files: Readonly<Record<string, string>>,
  use: (path: (name: string) => string) => Promise<T>,
): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'polydev-signature-'));
  try {
    const path = (name: string) => join(directory, name);
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path(name), text, { mode: 0o600 })));
    return await use(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const lastLine = (output: string): string => output.trim().split('\n').at(-1)?.trim() ?? '';

/** What is wrong with a signature, as the end of a sentence: `the signature …`. */
export const wordsOf = (found: Exclude<SignatureCheck, { kind: 'good' }>): string => {
  switch (found.kind) {
    case 'malformed':
      return 'is none of ssh-keygen';
    case 'wrong-namespace':
      return `is for another purpose (${found.found})`;
    case 'unknown-key':
      return `is by an unknown key (${found.fingerprint})`;
    case 'refused':
      return `by ${found.signer.names[0] ?? ''} does not hold (${found.why})`;
  }
};
