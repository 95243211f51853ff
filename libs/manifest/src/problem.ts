import type { ManifestProblem } from '@polydev/errors';
import { isOpsError } from '@polydev/errors';

/** Keys and list positions from the root of the manifest to a value. */
export type KeyPath = readonly (string | number)[];

/** Something wrong at a place of the manifest, not yet looked up in its text. */
export interface Complaint {
  readonly path: KeyPath;
  /** Whether it is the key that is wrong; otherwise the value. */
  readonly part?: 'key' | 'value';
  /** Begins in lower case and continues the path: `should be text, is 5`. */
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A file's text cannot move the cursor of the terminal it is shown on. */
const visible = (text: string): string =>
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
    // JSON leaves those from DEL on as they are.
    character < '\u007f'
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A path for people: `targets/frontend/restart`. */
export const showPath = (path: KeyPath): string => visible(path.join('/'));

const LONGEST_SHOWN = 60;

/** A value for people, short and on one line. */
export const showValue = (value: unknown): string => {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  const text = JSON.stringify(value);
  return visible(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
};

const overlap = (a: KeyPath, b: KeyPath): boolean =>
  a.slice(0, Math.min(a.length, b.length)).every((key, index) => key === b[index]);

/** Of something broken no more is said than that: of what was found later, only what lies elsewhere. */
export const firstOnly = (found: readonly Complaint[], later: readonly Complaint[]): readonly Complaint[] => [
  ...found,
  ...later.filter((complaint) => !found.some(({ path }) => overlap(path, complaint.path))),
];

/** In the order of the file, each once; variables (which stand in no line) last. */
export const inFileOrder = (problems: readonly ManifestProblem[]): readonly ManifestProblem[] => {
  const rank = ({ line, column }: ManifestProblem): number => (line ?? 1e6) * 1e4 + (column ?? 0);
  const once = new Map(problems.map((problem) => [`${problem.path}\n${problem.message}`, problem]));
  return [...once.values()].sort((a, b) => rank(a) - rank(b));
};

/** The single problems behind a MANIFEST_INVALID; empty for any other error. */
export const problemsOf = (error: unknown): readonly ManifestProblem[] =>
  isOpsError(error, 'MANIFEST_INVALID') && Array.isArray(error.cause) ? (error.cause as ManifestProblem[]) : [];
