import { signingFailed } from '@polydev/errors';
import { sshKeygen, type SigningKey } from './keygen';

/** `SHA256:…` of a key that signs, as its file says; nothing is asked of an agent. Throws SIGNING_FAILED. */
export const keyFingerprint = async ({ file }: SigningKey): Promise<string> => {
  const result = await sshKeygen(['-l', '-E', 'sha256', '-f', file], '');
  const found = /\bSHA256:[A-Za-z0-9+/]{43}\b/.exec(result.stdout)?.[0];
  if (found !== undefined) return found;
  throw signingFailed({ key: file, why: result.failure ?? 'ssh-keygen does not know its fingerprint' });
};
