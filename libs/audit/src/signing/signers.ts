import { signersUnreadable } from '@polydev/errors';
import { fingerprintOf } from './sshsig';

/** A line of an allowed-signers file (ssh-keygen(1)): names of one person, and a key of theirs. */
export interface Signer {
  /** Address, GitHub login: all names under which the person is known. */
  readonly names: readonly string[];
  readonly fingerprint: string;
}

/** The keys that are believed, as ssh-keygen reads them. */
export interface Signers {
  /** Text of the allowed-signers file. */
  readonly text: string;
  /** Its name, for messages. */
  readonly file: string;
  readonly all: readonly Signer[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9@._+-]*$/;
const KEY_TYPE = /^(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+$/;
/** An option's value may hold spaces and commas between its quotes. */
const FIELD = /(?:"[^"]*"|[^\s"])+/g;

/**
 * Reads an allowed-signers file. Stricter than ssh-keygen: a name with `*` would be everybody's, and a certificate
 * authority's key nobody's; both throw SIGNERS_UNREADABLE, with every line that is wrong.
 */
export const parseSigners = (text: string, file: string): Signers => {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const read = lines
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => ({ number, signer: parseLine(line) }));
  const wrong: string[] = [];
  const byKey = new Map<string, Signer>();
  for (const { number, signer } of read) {
    if (typeof signer === 'string') wrong.push(`line ${number}: ${signer}`);
    else if (byKey.has(signer.fingerprint)) wrong.push(`line ${number}: its key stands on another line too`);
    else byKey.set(signer.fingerprint, signer);
  }
  if (wrong.length > 0) throw signersUnreadable({ file, wrong });
  return { text, file, all: [...byKey.values()] };
};

/** A signer, or what is wrong with the line. */
const parseLine = (line: string): Signer | string => {
  const [principals = '', ...fields] = line.match(FIELD) ?? [];
  const type = fields.findIndex((field) => KEY_TYPE.test(field));
  if (type < 0) return 'should be `<names> [options] <key type> <key>`';
  if (type > 1) return 'options belong together, with commas and no spaces between them';
  const options = type === 1 ? (fields[0] ?? '') : '';
  if (/(?:^|,)cert-authority(?:,|$)/i.test(options)) return 'cert-authority is not supported: list each key';
  const names = principals.replaceAll('"', '').split(',');
  const odd = names.find((name) => !NAME.test(name));
  if (odd !== undefined) return `a name should be an address or a login, without patterns: "${odd}"`;
  const blob = Buffer.from(fields[type + 1] ?? '', 'base64');
  return blob.length < 32 ? 'the key is cut off' : { names, fingerprint: fingerprintOf(blob) };
};

/** The signer that has a key. */
export const signerOf = ({ all }: Signers, fingerprint: string): Signer | undefined =>
  all.find((signer) => signer.fingerprint === fingerprint);

/** All names of the person who has one of these names: lines that share a name are one person's. Empty where nobody has. */
export const namesOfPerson = (signers: Signers, known: readonly string[]): ReadonlySet<string> => {
  const isKnown = (name: string) => known.some((one) => same(one, name));
  const names = signers.all.filter((signer) => signer.names.some(isKnown)).flatMap((signer) => signer.names);
  if (names.every(isKnown)) return new Set(names.map((name) => name.toLowerCase()));
  return namesOfPerson(signers, [...known, ...names]);
};

/** Logins and addresses are one whatever their case. */
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
