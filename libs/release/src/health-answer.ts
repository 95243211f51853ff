import type { HealthAnswer, ImageIdentity, ReleaseInfo } from '@polydev/contract';

/**
 * Returns the body of a health answer: the status, which release answers where the program knows it, and which image it
 * runs in where it was told. The digest is the release's own where there is one.
 */
export function healthAnswer(
  status: string,
  info: ReleaseInfo | undefined,
  image: Partial<ImageIdentity> = {},
): HealthAnswer {
  return { status, ...image, ...(info && { release: info.release, sha: info.sha, digest: info.digest }) };
}
