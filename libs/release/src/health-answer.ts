import type { HealthAnswer, ReleaseInfo } from '@polydev/contract';

/** Returns the body of a health answer: the status, and which release answers where the program knows it. */
export function healthAnswer(status: string, info: ReleaseInfo | undefined): HealthAnswer {
  return info === undefined ? { status } : { status, release: info.release, sha: info.sha, digest: info.digest };
}
