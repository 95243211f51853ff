import { canonicalJson } from '../canonical-json';
import { hashOfLine, readPlace } from '../log/append';
import type { Place } from '../log/entry';

/** A line that says where it belongs. */
export interface Link {
  /** Line of the file, counted from 1. */
  readonly line: number;
  readonly place: Place;
  /** Whether its text is what its hash was made of. */
  readonly intact: boolean;
}

export interface LogFile {
  readonly links: readonly Link[];
  /** Lines that are no entries. */
  readonly unreadable: readonly number[];
  /** The line after the last newline, if anything stands there. */
  readonly half: number | undefined;
}

/** Splits the text of a log into its links. Pure. */
export const readLog = (text: string): LogFile => {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const read = lines.map((content, index) => ({ line: index + 1, content, place: readPlace(content) }));
  const links = read.flatMap(({ line, content, place }) =>
    place ? [{ line, place, intact: isIntact(content, place) }] : [],
  );
  return {
    links,
    unreadable: read.filter(({ place }) => !place).map(({ line }) => line),
    half: rest === '' ? undefined : lines.length + 1,
  };
};

/** The very bytes count: JSON of one meaning has many texts (spaces, order, a key twice), and only one is written. */
const isIntact = (content: string, place: Place): boolean => {
  try {
    const value = JSON.parse(content) as Record<string, unknown>;
    return canonicalJson(value) === content && hashOfLine(value) === place.hash;
  } catch {
    return false;
  }
};
