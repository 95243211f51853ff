import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { execaSync } from 'execa';
import { parseSigners, type Signers } from '../src';

/** A key pair of a test, made by ssh-keygen. */
export interface TestKey {
  readonly file: string;
  /** `<type> <key>` as a line of an allowed-signers file has it. */
  readonly text: string;
}

/** Makes keys in a temporary directory, which `remove` takes away. */
export const keyRing = () => {
  const directory = mkdtempSync(join(tmpdir(), 'audit-keys-'));
  const make = (name: string, { passphrase = '', type = 'ed25519' } = {}): TestKey => {
    const file = join(directory, name);
    execaSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', '', '-f', file], { stdin: 'ignore' });
    return { file, text: readFileSync(`${file}.pub`, 'utf8').trim() };
  };
  return { directory, make, remove: () => rmSync(directory, { recursive: true, force: true }) };
};

/** An allowed-signers file with a line for each key: `[names, key, options]`. */
export const signersOf = (...lines: readonly (readonly [string, TestKey, string?])[]): Signers =>
  parseSigners(lines.map(([names, key, options = '']) => `${names} ${options} ${key.text}\n`).join(''), 'signers');
