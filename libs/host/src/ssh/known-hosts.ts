import { createHash, createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** One key of a known_hosts file that concerns a host. Format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export interface KnownKey {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly type: string;
  /** The public key as sent over the wire. */
  readonly blob: Buffer;
  /** `file:line` */
  readonly place: string;
}

/** `SHA256:…` without padding, as OpenSSH prints it. */
export const fingerprint = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/** The type that a public key carries in itself, for instance `ssh-ed25519`. */
export const keyType = (blob: Buffer): string => blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));

/** The name under which known_hosts files list a host: bare at port 22, `[host]:port` elsewhere. */
export const lookupName = (host: string, port: number): string =>
  (port === 22 ? host : `[${host}]:${port}`).toLowerCase();

/** All keys of the files that concern `name`, in the files' order. A file that cannot be read holds none. */
export const readKnownKeys = async (files: readonly string[], name: string): Promise<readonly KnownKey[]> => {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.flatMap((text, index) => knownKeysFor(text, name, files[index] ?? ''));
};

/** The keys of one known_hosts text that concern `name` (see {@link lookupName}). Lines that make no sense are passed over. */
export const knownKeysFor = (text: string, name: string, file: string): readonly KnownKey[] =>
  text.split('\n').flatMap((line, index) => {
    const key = parseLine(line.trim(), name);
    return key ? [{ ...key, place: `${file}:${index + 1}` }] : [];
  });

const MARKERS: Readonly<Record<string, KnownKey['marker']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'cert-authority',
};

const parseLine = (line: string, name: string): Omit<KnownKey, 'place'> | undefined => {
  if (line === '' || line.startsWith('#')) return undefined;
  const fields = line.split(/\s+/);
  const marker = line.startsWith('@') ? MARKERS[fields.shift() ?? ''] : 'none';
  const [hosts, type, encoded] = fields;
  if (!marker || !hosts || !type || !encoded || !concerns(hosts, name)) return undefined;
  const blob = Buffer.from(encoded, 'base64');
  return blob.length > 4 && blob.readUInt32BE(0) === type.length && keyType(blob) === type
    ? { marker, type, blob }
    : undefined;
};

/** Whether the first field of a line, names or a hashed name, is about a host. */
export const concerns = (hosts: string, name: string): boolean => {
  if (hosts.startsWith('|1|')) return hashMatches(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  const matches = (pattern: string) => globToRegExp(pattern).test(name);
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern));
};

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt, both in base64. */
const hashMatches = (entry: string, name: string): boolean => {
  const [, , salt = '', hash = ''] = entry.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
};

const globToRegExp = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );
