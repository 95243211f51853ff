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
  const pair = makePair(type, locked, passphrase);
  writeFileSync(path, pair.private, { mode: 0o600 });
  writeFileSync(`${path}.pub`, `${pair.public}\n`);
  return { path, public: pair.public };
};

/**
 * About one ed25519 key in 256 that ssh2 1.17 makes is malformed: it drops a leading zero byte of the public half
 * (mscdex/ssh2 issue 1390). Such a one is thrown away.
 */
const makePair = (type: HostKeyType, locked: object, passphrase?: string): Pair => {
  for (;;) {
    const pair = GENERATE[type](locked);
    if (!(utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
};

interface Pair {
  readonly private: string;
  readonly public: string;
}

const GENERATE: Readonly<Record<HostKeyType, (locked: object) => Pair>> = {
  ed25519: (locked) => utils.generateKeyPairSync('ed25519', locked),
  ecdsa: (locked) => utils.generateKeyPairSync('ecdsa', { bits: 256, ...locked }),
  rsa: (locked) => utils.generateKeyPairSync('rsa', { bits: 2048, ...locked }),
};
