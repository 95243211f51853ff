import { existsSync, readFileSync } from 'node:fs';
import { utils, type ParsedKey } from 'ssh2';
import type { Layout } from '../layout';
import { replaceFile } from '../replace-file';

/** The two key pairs of a sandbox. */
export interface Keys {
  /** The host's private key, OpenSSH format. */
  readonly host: string;
  /** The host's public key as known_hosts has it: type and base64. */
  readonly hostPublic: string;
  /** Who holds this key is let in, and nobody else. */
  readonly client: ParsedKey;
}

/**
 * A new ed25519 private key in OpenSSH's format. About one in 256 that ssh2 1.17 makes is malformed, since it drops a
 * leading zero byte of the public half (mscdex/ssh2 issue 1390); such a one is thrown away.
 */
export function newPrivateKey(comment: string): string {
  for (;;) {
    const key = utils.generateKeyPairSync('ed25519', { comment }).private;
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}

function privateKey(file: string, comment: string): string {
  if (!existsSync(file)) replaceFile(file, newPrivateKey(comment), 0o600);
  return readFileSync(file, 'utf8');
}

function parse(file: string, text: string): ParsedKey {
  const key = utils.parseKey(text);
  if (key instanceof Error)
    throw new Error(`${file} is not a private key (${key.message}); remove it to get a new one`);
  return key;
}

const publicLine = (key: ParsedKey) => `${key.type} ${key.getPublicSSH().toString('base64')}`;

/** The keys of the sandbox; made on its first start and kept. */
export function keysOf(layout: Layout): Keys {
  const host = privateKey(layout.hostKey, 'sandbox host');
  const client = parse(layout.clientKey, privateKey(layout.clientKey, 'sandbox client'));
  replaceFile(`${layout.clientKey}.pub`, `${publicLine(client)} sandbox client\n`);
  return { host, hostPublic: publicLine(parse(layout.hostKey, host)), client };
}
