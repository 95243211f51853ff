import { canonicalJson } from '../canonical-json';
import { auditEntrySchema, type AuditEntry, type AuditLine } from './entry';

/** An entry of one or more logs. */
export interface MergedEntry {
  readonly entry: AuditEntry;
  /** Names of the logs that have it. */
  readonly logs: readonly string[];
}

/** One view of several logs: by time, and what stands in several of them once. Pure. */
export const mergeLogs = (logs: readonly (readonly AuditLine[])[]): readonly MergedEntry[] => {
  const merged = new Map<string, { entry: AuditEntry; logs: string[] }>();
  for (const line of logs.flat()) {
    const entry = entryOf(line);
    const id = canonicalJson(entry);
    const known = merged.get(id);
    if (!known) merged.set(id, { entry, logs: [line.log] });
    else if (!known.logs.includes(line.log)) known.logs.push(line.log);
  }
  // Entries of one moment keep the order they have in their log.
  return [...merged.values()].sort((a, b) => Date.parse(a.entry.at) - Date.parse(b.entry.at));
};

/** A line without its place in its log. */
const entryOf = ({ schema: _s, log: _l, seq: _q, prev: _p, hash: _h, ...entry }: AuditLine): AuditEntry =>
  auditEntrySchema.parse(entry);
