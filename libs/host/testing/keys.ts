import { writeFileSync } from 'node:fs';
import { utils } from 'ssh2';

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa';

/** A key pair on disk. */
export interface KeyPair {
  /** Path of the private key (mode 0600); the public one stands beside it with `.pub`. */
  readonly path: string;
  /** `ssh-ed25519 AAAA…` */
  readonly public: string;
}

/** Makes a key pair; with a passphrase, the private key is encrypted. */
export const makeKey = (path: string, type: HostKeyType = 'ed25519', passphrase?: string): KeyPair => {
  // ssh2's types want all three or none, and say so in a way that a union cannot meet.
  const locked: object = passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 4 };
  const pair = GENERATE[type](locked);
  writeFileSync(path, pair.private, { mode: 0o600 });
  writeFileSync(`${path}.pub`, `${pair.public}\n`);
  return { path, public: pair.public };
};

const GENERATE: Readonly<Record<HostKeyType, (locked: object) => { private: string; public: string }>> = {
  ed25519: (locked) => utils.generateKeyPairSync('ed25519', locked),
  ecdsa: (locked) => utils.generateKeyPairSync('ecdsa', { bits: 256, ...locked }),
  rsa: (locked) => utils.generateKeyPairSync('rsa', { bits: 2048, ...locked }),
};
