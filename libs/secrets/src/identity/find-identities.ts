import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { identityMalformed, identityMissing, printableName } from '@polydev/errors';
import { publicKeyOf } from '../age';
import { systemFailure } from '../file';
import { SecretValues } from '../secret-values';
import { parseIdentities } from './parse-identities';

/** `process.env`, or what stands for it in a test. */
export type Env = Readonly<Record<string, string | undefined>>;

export interface Identities {
  /** Secret keys, each under its public one. */
  readonly keys: SecretValues;
  /** Where they were found: a variable or a path. */
  readonly from: string;
  /** What should be mended about them; sentences for people. */
  readonly notes: readonly string[];
}

const home = (env: Env): string => env['HOME'] || homedir();

/** Where an identity is kept that no variable names. */
export const defaultIdentityFile = (env: Env): string =>
  join(env['XDG_CONFIG_HOME'] || join(home(env), '.config'), 'polydev', 'age-identity.txt');

/** The path that a person wrote, `~` replaced. Throws IDENTITY_MALFORMED for an identity in its place, and does not repeat it. */
export const identityPath = (env: Env, written: string): string => {
  if (/AGE-SECRET-KEY-/i.test(written))
    throw identityMalformed({
      from: 'The path of the identity file',
      reason: 'it is an identity itself, which belongs in AGE_IDENTITY or in a file',
    });
  return written.replace(/^~(?=\/|$)/, () => home(env));
};

const readable = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const failure = systemFailure(error);
    if (failure?.code === 'ENOENT') return undefined;
    throw failure === undefined
      ? error
      : identityMalformed({ from: path, reason: `it cannot be read (${failure.reason})` });
  }
};

const openToOthers = (path: string): readonly string[] => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || (stat.mode & 0o077) === 0) return [];
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  const name = printableName(path);
  return [`${name} can be read by other accounts of this machine (mode ${mode}): \`chmod 600 ${name}\`.`];
};

const keysOf = async (text: string, from: string): Promise<SecretValues> => {
  const found = parseIdentities(text);
  if ('reason' in found) throw identityMalformed({ from, ...found });
  const pairs = found.map(async ({ line, key }) => {
    const publicKey = await publicKeyOf(key);
    if (publicKey === undefined) throw identityMalformed({ from, line, reason: 'it is not a whole identity' });
    return [publicKey, key] as const;
  });
  return new SecretValues(await Promise.all(pairs));
};

/**
 * The identities to decrypt with: those in `AGE_IDENTITY`, else in the file that `AGE_IDENTITY_FILE` names, else in the
 * default one. Throws IDENTITY_MISSING or IDENTITY_MALFORMED, never with anything of an identity.
 */
export const findIdentities = async (env: Env): Promise<Identities> => {
  const given = env['AGE_IDENTITY'];
  if (given) return { keys: await keysOf(given, 'AGE_IDENTITY'), from: 'AGE_IDENTITY', notes: [] };
  const named = env['AGE_IDENTITY_FILE'];
  const path = named ? identityPath(env, named) : defaultIdentityFile(env);
  const text = readable(path);
  if (text === undefined)
    throw identityMissing({ looked: named ? [path] : ['AGE_IDENTITY', 'AGE_IDENTITY_FILE (neither is set)', path] });
  return { keys: await keysOf(text, path), from: path, notes: openToOthers(path) };
};
