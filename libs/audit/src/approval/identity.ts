import { deployerUnknown, signingFailed } from '@polydev/errors';
import { canonicalJson } from '../canonical-json';
import { check, sign, wordsOf, type SigningKey } from '../signing/keygen';
import type { Signer, Signers } from '../signing/signers';

/**
 * Who holds a key: proven by a signature of `what` (the plan's hash, a deployment's id), not by what git or the
 * environment say. Throws SIGNING_FAILED, DEPLOYER_UNKNOWN.
 */
export const provenSigner = async (what: string, key: SigningKey, people: Signers): Promise<Signer> => {
  const text = canonicalJson({ kind: 'deploy', what });
  const signature = await sign(text, 'deploy@polydev', key);
  const found = await check({ text, signature, namespace: 'deploy@polydev' }, people);
  if (found.kind === 'good') return found.signer;
  if (found.kind === 'unknown-key') throw deployerUnknown({ names: [found.fingerprint], file: people.file });
  throw signingFailed({ key: key.file, why: `its signature ${wordsOf(found)}` });
};
