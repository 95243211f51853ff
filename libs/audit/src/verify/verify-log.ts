import { auditBroken } from '@polydev/errors';
import type { AuditLine } from '../log/entry';
import { readEntry } from '../log/append';
import type { KeptHead } from '../log/head';
import type { Signers } from '../signing/signers';
import { chainProblems, inOrder } from './chain';
import { headProblems } from './heads';
import type { Problem } from './problem';
import { readLog } from './read-log';
import { unfinishedProblems } from './unfinished';

export interface VerifyInput {
  /** Text of the whole `audit.jsonl`. */
  readonly text: string;
  /** The name that the log should have. */
  readonly log: string;
  /** Names of other logs in the same file, which are checked on their own: environments may share a state directory. */
  readonly others?: readonly string[];
  /** What was kept of it, here and elsewhere; heads of other logs among them do no harm. */
  readonly heads?: readonly KeptHead[];
  /** Keys that may sign heads; left out, no signature is asked for. */
  readonly signers?: Signers | undefined;
}

export interface VerifiedLog {
  readonly log: string;
  /** Everything that was found; nothing is `broken` exactly when the log is as it was written, as far as can be known. */
  readonly problems: readonly Problem[];
  /** The log's entries that can be read, in the order of the file. */
  readonly entries: readonly AuditLine[];
}

/** Checks a log against itself, and against heads that were kept of it. */
export const verifyLog = async ({ text, log, others, heads = [], signers }: VerifyInput): Promise<VerifiedLog> => {
  const own = heads.filter((head) => head.log === log);
  const chain = inOrder(readLog(text).links.filter(({ place }) => place.log === log));
  const entries = text
    .split('\n')
    .flatMap((line) => readEntry(line) ?? [])
    .filter((entry) => entry.log === log);
  return {
    log,
    problems: [
      ...chainProblems(text, { log, others }),
      ...(await headProblems({ heads: own, chain, signers })),
      ...unfinishedProblems(entries),
    ],
    entries,
  };
};

/** Whether nobody changed the log, as far as can be known. */
export const isWhole = ({ problems }: VerifiedLog): boolean => problems.every(({ weight }) => weight !== 'broken');

/** Throws AUDIT_BROKEN, with everything that was found, where somebody changed the log. */
export const assertWhole = (verified: VerifiedLog): void => {
  const broken = verified.problems.filter(({ weight }) => weight === 'broken');
  if (broken.length > 0) throw auditBroken({ log: verified.log, problems: broken.map(({ message }) => message) });
};
