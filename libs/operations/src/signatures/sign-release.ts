import { doubtOfList, signList, type SignedRelease } from '@polydev/audit';
import { isOpsError, type OpsError, signingKeyMissing, signingKeyNotAllowed } from '@polydev/errors';
import type { EnvironmentConfig } from '@polydev/manifest';
import { signersOf } from './signers';

/**
 * The signature of a release that is about to be deployed; undefined where nothing is signed. Where only signed releases
 * start, it is checked before anything is touched: throws SIGNING_KEY_MISSING, SIGNING_KEY_NOT_ALLOWED, SIGNING_FAILED.
 */
export const signRelease = async (
  environment: EnvironmentConfig,
  release: SignedRelease,
): Promise<string | undefined> => {
  const { signingKey, allowedSigners: file = '' } = environment;
  const signers = await signersOf(environment);
  if (signingKey === undefined) {
    if (signers === undefined) return undefined;
    throw signingKeyMissing({ environment: environment.name, file });
  }
  const signature = await signList(release, { file: signingKey });
  if (signers === undefined) return signature;
  const why = await doubtOfList(release, signature, signers);
  if (why === undefined) return signature;
  throw signingKeyNotAllowed({ environment: environment.name, key: signingKey, file, why });
};

/** What stands in for a release where it is only tried whether there will be a signature; no list has this digest. */
const NO_RELEASE = { target: '', sha: '', digest: '' };

/** What would keep {@link signRelease} from signing any release for an environment; undefined where nothing would. */
export const doubtOfSigning = async (environment: EnvironmentConfig): Promise<OpsError | undefined> => {
  try {
    await signRelease(environment, { ...NO_RELEASE, environment: environment.name });
    return undefined;
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return error;
  }
};
