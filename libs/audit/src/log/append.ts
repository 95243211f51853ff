import { canonicalJson, sha256 } from '../canonical-json';
import {
  AUDIT_VERSION,
  auditEntrySchema,
  auditLineSchema,
  LONGEST_TEXT,
  placeSchema,
  type AuditEntry,
  type AuditHead,
  type AuditLine,
  type Place,
} from './entry';

/** Where a log goes on: its head, or its name alone when it is empty. */
export type LogEnd = AuditHead | { readonly log: string };

export interface Appended {
  /** To be written to the log, with a newline after it. */
  readonly line: string;
  readonly head: AuditHead;
}

/**
 * The line that an entry becomes at the end of a log, and the log's head with it; what is longer than a field may be is cut.
 * Pure; throws on a malformed entry.
 */
export const appendEntry = (end: LogEnd, entry: AuditEntry): Appended => {
  const place =
    'seq' in end
      ? { log: end.log, seq: end.seq + 1, prev: end.hash }
      : { log: end.log, seq: 1, prev: beginningOf(end.log) };
  const content = { ...auditEntrySchema.parse(cut(entry)), schema: AUDIT_VERSION, ...place };
  const hash = hashOfLine(content);
  const line = canonicalJson(auditLineSchema.parse({ ...content, hash }));
  return { line, head: { log: end.log, seq: place.seq, hash, at: entry.at } };
};

const cut = (value: unknown): unknown => {
  if (typeof value === 'string' && value.length > LONGEST_TEXT) return `${value.slice(0, LONGEST_TEXT - 1)}…`;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cut(member)]));
};

/** What the first entry of a log points at. */
export const beginningOf = (log: string): string => sha256(`polydev audit log ${log}`);

/** Hash of a line as it was read, fields of newer versions among them. */
export const hashOfLine = ({ hash: _, ...content }: Readonly<Record<string, unknown>>): string =>
  sha256(canonicalJson(content));

/**
 * Where a log goes on, given the end of its file: after its newest whole entry, which need not be on the last line (one
 * that a dying machine tore is no entry). `text` may begin in the middle of a line; where the answer has no `seq` and the
 * file goes further back, the whole of it has to be asked.
 */
export const endOfLog = (text: string, log: string): LogEnd => {
  for (const line of text.split('\n').reverse()) {
    const place = readPlace(line);
    if (place?.log === log) return { log, seq: place.seq, hash: place.hash, at: place.at };
  }
  return { log };
};

/** What a line says of its place; undefined where it is no line of a log. */
export const readPlace = (line: string): Place | undefined => {
  try {
    return placeSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

/** Names of all logs that have lines in the text of a file. Pure. */
export const logNames = (text: string): readonly string[] => [
  ...new Set(text.split('\n').flatMap((line) => readPlace(line)?.log ?? [])),
];

/** A line as an entry; undefined where it is none, or of a newer version. */
export const readEntry = (line: string): AuditLine | undefined => {
  try {
    return auditLineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};
