import { beginningOf } from '../log/append';
import { AUDIT_VERSION } from '../log/entry';
import { problem, type Problem } from './problem';
import { readLog, type Link, type LogFile } from './read-log';

/**
 * Everything that the text of a log alone tells to be wrong with it, in the order of its lines; lines of the logs `others`
 * may stand among its own. Pure.
 */
export const chainProblems = (
  text: string,
  { log, others = [] }: { readonly log: string; readonly others?: readonly string[] | undefined },
): readonly Problem[] => {
  const file = readLog(text);
  const own = file.links.filter(({ place }) => place.log === log);
  const chain = inOrder(own);
  return [
    ...file.links.filter(({ place }) => ![log, ...others].includes(place.log)).map((link) => otherLog(link, log)),
    ...own.filter(({ intact }) => !intact).map(edited),
    ...own.filter(({ place }) => place.schema > AUDIT_VERSION).map(newer),
    ...orderProblems(own),
    ...linkProblems(chain, log),
    ...unreadableProblems(file, own, log),
    ...(file.half === undefined ? [] : [half(file.half)]),
  ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
};

/** Entries by their number; of several with one number, the first in the file. */
export const inOrder = (links: readonly Link[]): readonly Link[] => {
  const first = new Map<number, Link>();
  for (const link of links) if (!first.has(link.place.seq)) first.set(link.place.seq, link);
  return [...first.values()].sort((a, b) => a.place.seq - b.place.seq);
};

/** Entries that stand after one with a greater number, and numbers that are there twice. */
const orderProblems = (links: readonly Link[]): readonly Problem[] => {
  const problems: Problem[] = [];
  const seen = new Map<number, Link>();
  let newest = 0;
  for (const link of links) {
    const { seq } = link.place;
    const twin = seen.get(seq);
    if (twin) problems.push(repeated(link, twin));
    else if (seq < newest)
      problems.push(
        problem('reordered', `Line ${link.line} is entry ${seq}, and stands after entry ${newest}.`, link.line),
      );
    if (!twin) seen.set(seq, link);
    newest = Math.max(newest, seq);
  }
  return problems;
};

/** Gaps between numbers, and entries whose predecessor is not the one they were written after. */
const linkProblems = (chain: readonly Link[], log: string): readonly Problem[] => {
  const problems: Problem[] = [];
  let before: Link | undefined;
  for (const link of chain) {
    const { seq, prev } = link.place;
    const expected = before ? before.place.seq + 1 : 1;
    if (seq > expected) problems.push(missing(before, link));
    // An entry that was edited was reported; its recorded hash still is what the next one points at, or both were touched.
    else if (prev !== (before ? before.place.hash : beginningOf(log)) && link.intact && (before?.intact ?? true))
      problems.push(rewritten(before, link));
    before = link;
  }
  return problems;
};

/** A line that was torn when it was written was never an entry: the next one goes on from the one before it. */
const unreadableProblems = ({ unreadable }: LogFile, links: readonly Link[], log: string): readonly Problem[] =>
  unreadable.map((line) => {
    const before = links.filter((link) => link.line < line).at(-1);
    const after = links.find((link) => link.line > line);
    const isTorn = after?.place.prev === (before?.place.hash ?? beginningOf(log));
    return isTorn
      ? problem('torn', `Line ${line} was torn when it was written; what stands around it belongs together.`, line)
      : problem('unreadable', `Line ${line} is no entry.`, line);
  });

const edited = ({ line, place }: Link): Problem =>
  problem('edited', `Line ${line} (entry ${place.seq}) was edited: it is not what its hash was made of.`, line);

const rewritten = (before: Link | undefined, { line, place }: Link): Problem =>
  problem(
    'edited',
    before
      ? `Line ${before.line} (entry ${before.place.seq}) was replaced: entry ${place.seq} was written after another one.`
      : `Line ${line} (entry ${place.seq}) was replaced: it does not begin this log.`,
    before?.line ?? line,
  );

const missing = (before: Link | undefined, { line, place }: Link): Problem => {
  const from = (before?.place.seq ?? 0) + 1;
  const which = from === place.seq - 1 ? `Entry ${from} is missing` : `Entries ${from} to ${place.seq - 1} are missing`;
  const where = before ? `between line ${before.line} and line ${line}` : `before line ${line}`;
  return problem('missing', `${which}, ${where}.`, line);
};

const repeated = (link: Link, twin: Link): Problem =>
  problem(
    'repeated',
    twin.place.hash === link.place.hash
      ? `Line ${link.line} repeats line ${twin.line} (entry ${link.place.seq}).`
      : `Line ${link.line} is another entry ${link.place.seq} than line ${twin.line}.`,
    link.line,
  );

const otherLog = ({ line, place }: Link, log: string): Problem =>
  problem('other-log', `Line ${line} belongs to the log ${place.log}, not to ${log}.`, line);

const newer = ({ line }: Link): Problem =>
  problem('newer', `Line ${line} was written by a newer version; its place in the log was checked all the same.`, line);

const half = (line: number): Problem =>
  problem('half-line', `Line ${line} was not written to its end; it never was an entry.`, line);
