import { verifyList, type Signers } from '@polydev/audit';
import { releaseInfoSchema } from '@polydev/contract';
import { isOpsError, releaseChanged, releaseSignatureRefused, releaseUnsigned } from '@polydev/errors';
import type { Host } from '@polydev/host';
import { answerOf } from '../deploy/state';
import { targetLayout } from '../layout';
import { program } from '../programs';

/** A release on a host that is about to be started. */
export interface StartedRelease {
  readonly stateDir: string;
  readonly environment: string;
  readonly target: string;
  readonly release: string;
  /** Of the content that it should have, where that is known from elsewhere: another signed release is not this one. */
  readonly digest?: string | undefined;
}

/**
 * Throws where a release is not, file by file, what somebody who may signed for this target and environment:
 * RELEASE_UNSIGNED, RELEASE_SIGNATURE_REFUSED, RELEASE_CHANGED. Files beside those of its list are not looked at. Looks only.
 */
export const assertSigned = async (
  host: Host,
  { stateDir, environment, target, release, digest }: StartedRelease,
  signers: Signers,
): Promise<void> => {
  const layout = targetLayout(stateDir, target);
  const found = await answerOf<{
    info: string | null;
    digest: string | null;
    signature: string | null;
    bad: readonly string[];
  }>(host, host.exec(program('signed', layout.release(release), layout.list(release), layout.signature(release))));
  const sha = shaIn(found.info);
  if (found.digest === null || sha === undefined) throw releaseUnsigned({ target, release, host: host.name });
  const signed = { target, environment, sha, digest: found.digest };
  const signature = found.signature ?? undefined;
  await verifyList({ release: signed, id: release, host: host.name, signature, signers });
  if (digest !== undefined && found.digest !== digest)
    throw releaseSignatureRefused({ target, release, host: host.name, why: 'is of another release' });
  if (found.bad.length > 0) throw releaseChanged({ target, host: host.name, release, files: found.bad });
};

/** Whether {@link assertSigned} would let it start. */
export const isSigned = async (host: Host, release: StartedRelease, signers: Signers): Promise<boolean> => {
  try {
    await assertSigned(host, release, signers);
    return true;
  } catch (error) {
    if (isOpsError(error, 'RELEASE_UNSIGNED') || isOpsError(error, 'RELEASE_SIGNATURE_REFUSED')) return false;
    if (isOpsError(error, 'RELEASE_CHANGED')) return false;
    throw error;
  }
};

const infoSchema = releaseInfoSchema.pick({ sha: true });

const shaIn = (text: string | null): string | undefined => {
  try {
    return infoSchema.safeParse(JSON.parse(text ?? '')).data?.sha;
  } catch {
    return undefined;
  }
};
