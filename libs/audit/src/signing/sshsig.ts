import { createHash } from 'node:crypto';

/** What a signature of `ssh-keygen -Y sign` says of itself; nothing of it is proven by being said. */
export interface SignatureClaims {
  readonly namespace: string;
  /** Of the key that it says to be made with. */
  readonly fingerprint: string;
}

const ARMOR = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)-----END SSH SIGNATURE-----\n?$/;
const MAGIC = 'SSHSIG';
/** A signature of the largest keys that OpenSSH makes is below 5 KB. */
const LONGEST = 16_384;

/** Reads the armor of PROTOCOL.sshsig; undefined where it is none. Pure. */
export const readClaims = (armored: string): SignatureClaims | undefined => {
  const body = armored.length > LONGEST ? undefined : ARMOR.exec(armored)?.[1];
  if (body === undefined) return undefined;
  const blob = Buffer.from(body, 'base64');
  if (blob.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return undefined;
  // A version number follows the magic.
  const key = readString(blob, MAGIC.length + 4);
  const namespace = key && readString(blob, key.end);
  return namespace && { namespace: namespace.value.toString('utf8'), fingerprint: fingerprintOf(key.value) };
};

/** `SHA256:…` of a public key, as `ssh-keygen -l` shows it. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

const readString = (blob: Buffer, at: number): { readonly value: Buffer; readonly end: number } | undefined => {
  if (at + 4 > blob.length) return undefined;
  const end = at + 4 + blob.readUInt32BE(at);
  return end > blob.length ? undefined : { value: blob.subarray(at + 4, end), end };
};
