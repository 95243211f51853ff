import { canonicalJson } from '../canonical-json';
import { headText, type KeptHead } from '../log/head';
import { check, wordsOf } from '../signing/keygen';
import type { Signers } from '../signing/signers';
import { problem, type Problem } from './problem';
import type { Link } from './read-log';

export interface HeadsInput {
  /** Of this log only. */
  readonly heads: readonly KeptHead[];
  /** The log's entries, in the order of their numbers. */
  readonly chain: readonly Link[];
  /** Keys whose signatures count; left out, a head counts because of where it was kept. */
  readonly signers?: Signers | undefined;
}

/** What heads tell against a log: entries taken off its end, a history that was written anew, signatures that do not hold. */
export const headProblems = async ({ heads, chain, signers }: HeadsInput): Promise<readonly Problem[]> => {
  const problems: Problem[] = [];
  let vouched = 0;
  for (const head of newestFirst(heads)) {
    const against = compare(head, chain);
    // The newest tells how much is missing; older ones beyond the end add nothing.
    if (against?.kind === 'truncated' && problems.some(({ kind }) => kind === 'truncated')) continue;
    // A newer head that holds speaks for all entries before it.
    if (!against && head.seq < vouched) continue;
    const doubt = signers && (await doubtOf(head, signers));
    if (doubt) problems.push(problem(doubt.kind, doubt.message));
    else if (!against) vouched = Math.max(vouched, head.seq);
    // Whoever forges a head could cry wolf with it; one without a signature is still worth a look.
    if (against && doubt?.kind !== 'signature') problems.push(against);
  }
  const newest = chain.at(-1)?.place.seq ?? 0;
  return signers && newest > vouched ? [...problems, unsigned(vouched + 1, newest)] : problems;
};

/** Several places keep one head. */
const newestFirst = (heads: readonly KeptHead[]): readonly KeptHead[] =>
  [...new Map(heads.map((head) => [canonicalJson(head), head])).values()].sort((a, b) => b.seq - a.seq);

const compare = (head: KeptHead, chain: readonly Link[]): Problem | undefined => {
  const newest = chain.at(-1)?.place.seq ?? 0;
  if (head.seq > newest)
    return problem(
      'truncated',
      `${newest === 0 ? 'The log is empty' : `The log ends with entry ${newest}`}; on ${head.at} it had ${head.seq} entries.`,
    );
  const link = chain.find(({ place }) => place.seq === head.seq);
  // A missing entry was told as such.
  if (!link || link.place.hash === head.hash) return undefined;
  return problem(
    'rewritten',
    `Entry ${head.seq} is not the one that was there on ${head.at}: the log was written anew.`,
    link.line,
  );
};

const doubtOf = async (
  head: KeptHead,
  signers: Signers,
): Promise<(Pick<Problem, 'message'> & { kind: 'signature' | 'unsigned' }) | undefined> => {
  const which = `The head of ${head.at} (entry ${head.seq})`;
  if (head.signature === undefined) return { kind: 'unsigned', message: `${which} is not signed.` };
  // The key has to have been valid when it signed: it may have been replaced since.
  const found = await check(
    { text: headText(head), signature: head.signature, namespace: 'audit@polydev', at: head.at },
    signers,
  );
  if (found.kind === 'good') return undefined;
  return { kind: 'signature', message: `${which} does not count: its signature ${wordsOf(found)}.` };
};

const unsigned = (from: number, to: number): Problem =>
  problem('unsigned', `No signed head vouches for ${from === to ? `entry ${to}` : `entries ${from} to ${to}`}.`);
