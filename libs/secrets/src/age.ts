import type { Recipient } from './head';

/** Loaded when it is needed: most commands decrypt nothing, and it brings its cryptography along. */
const age = () => import('age-encryption');

/** What tells whether age takes a public key. */
export const recipientCheck = async (): Promise<(key: string) => boolean> => {
  const { Encrypter } = await age();
  return (key) => {
    try {
      new Encrypter().addRecipient(key);
      return true;
    } catch {
      return false;
    }
  };
};

/** The public key of an identity; undefined where it is none. The library's own error may quote it, so it is dropped. */
export const publicKeyOf = async (identity: string): Promise<string | undefined> => {
  const { identityToRecipient } = await age();
  return identityToRecipient(identity).catch(() => undefined);
};

/** A new X25519 identity: every age program can use it. */
export const generateKey = async (): Promise<string> => (await age()).generateX25519Identity();

/** An armored age file that each of the recipients can decrypt, under a file key of its own. */
export const encrypt = async (text: string, recipients: readonly Recipient[]): Promise<string> => {
  const { armor, Encrypter } = await age();
  const encrypter = new Encrypter();
  for (const { key } of recipients) encrypter.addRecipient(key);
  return armor.encode(await encrypter.encrypt(text));
};

/** The text of an armored age file; undefined where no identity fits or the file is not as it was written. */
export const decrypt = async (armored: string, identities: readonly string[]): Promise<string | undefined> => {
  const { armor, Decrypter } = await age();
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(armor.decode(armored), 'text');
  } catch {
    return undefined;
  }
};
