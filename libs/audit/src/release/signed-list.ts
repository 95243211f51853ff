import type { ReleaseInfo } from '@polydev/contract';
import { releaseSignatureRefused, releaseUnsigned } from '@polydev/errors';
import { canonicalJson } from '../canonical-json';
import { check, sign, wordsOf, type SigningKey } from '../signing/keygen';
import type { Signer, Signers } from '../signing/signers';

/**
 * What a signature of a release vouches for: this content (by the digest of its file list) for this target in this
 * environment. A list signed for another target, or for the sandbox, does not start in production.
 */
export type SignedRelease = Pick<ReleaseInfo, 'target' | 'environment' | 'sha' | 'digest'>;

const statementOf = ({ target, environment, sha, digest }: SignedRelease): string =>
  canonicalJson({ kind: 'release', target, environment, sha, digest });

/** Signs a release's file list; the armored signature lies beside the list on the host. Throws SIGNING_FAILED. */
export const signList = (release: SignedRelease, key: SigningKey): Promise<string> =>
  sign(statementOf(release), 'release@polydev', key);

/** Why a signature does not vouch for a release, as the end of a sentence (`the signature …`); undefined where it does. */
export const doubtOfList = async (
  release: SignedRelease,
  signature: string,
  signers: Signers,
): Promise<string | undefined> => {
  const found = await check({ text: statementOf(release), signature, namespace: 'release@polydev' }, signers);
  return found.kind === 'good' ? undefined : wordsOf(found);
};

export interface ListInput {
  /** `digest` is that of the list that lies on the host, and the release's files have to have been compared with it. */
  readonly release: SignedRelease;
  /** Id of the release and name of its host, for messages. */
  readonly id: string;
  readonly host: string;
  /** What lies beside the list; undefined where nothing does. */
  readonly signature: string | undefined;
  readonly signers: Signers;
}

/** Who signed a release. Throws RELEASE_UNSIGNED or RELEASE_SIGNATURE_REFUSED: such a release is not to be started. */
export const verifyList = async ({ release, id, host, signature, signers }: ListInput): Promise<Signer> => {
  const facts = { target: release.target, release: id, host };
  if (!signature) throw releaseUnsigned(facts);
  const found = await check({ text: statementOf(release), signature, namespace: 'release@polydev' }, signers);
  if (found.kind === 'good') return found.signer;
  throw releaseSignatureRefused({ ...facts, why: wordsOf(found) });
};
