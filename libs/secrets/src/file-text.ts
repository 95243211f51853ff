import { HeadProblem, parseHead, type Head } from './head';

/** What everybody may read of the file, as it is understood and as it stands there. */
export interface ReadablePart {
  readonly head: Head;
  readonly headText: string;
}

const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';
const CONFLICT = /^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/;

/** Where git left both sides of a merge. */
export class MergeConflict extends HeadProblem {}

/** The file: readable lines, an empty one, and an armored age file up to the end. Pure. */
export const fileText = (headText: string, armored: string): string => `${headText}\n${armored}`;

/** Takes the file apart. Throws {@link HeadProblem}, {@link MergeConflict} among them. Pure. */
export const parseFile = (written: string): ReadablePart & { readonly armored: string } => {
  // git may have checked it out with the line ends of another system.
  const text = written.replaceAll('\r\n', '\n');
  const conflict = text.split('\n').findIndex((line) => CONFLICT.test(line));
  if (conflict !== -1) throw new MergeConflict(conflict + 1, 'it holds an unresolved merge conflict');
  const at = text.indexOf(`\n\n${ARMOR}\n`);
  const headText = at === -1 ? text : text.slice(0, at + 1);
  const head = parseHead(headText);
  if (at === -1) throw new HeadProblem(headText.split('\n').length, 'the encrypted part is missing');
  return { head, headText, armored: text.slice(at + 2) };
};
