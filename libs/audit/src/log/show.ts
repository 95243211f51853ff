import type { AuditEntry } from './entry';
import type { MergedEntry } from './merge';
import type { VerifiedLog } from '../verify/verify-log';

const short = (hash: string | undefined): string => hash?.slice(0, 12) ?? '';

/** A table for people, to be printed by the reporter (which makes cells safe to print). */
export const AUDIT_COLUMNS = ['when', 'who', 'what', 'target', 'host', 'commit', 'result', 'change', 'why'] as const;

/** A row of the table for each entry. Pure. */
export const auditRows = (entries: readonly MergedEntry[]): readonly (readonly string[])[] =>
  entries.map(({ entry, logs }) => [
    entry.at.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
    personOf(entry),
    entry.emergency ? `${entry.action} (emergency)` : entry.action,
    entry.target ?? '',
    entry.host ?? (logs.length > 1 ? `in ${logs.length} logs` : ''),
    short(entry.commit),
    entry.approver ? `${entry.result}, approved by ${entry.approver.name}` : entry.result,
    changeOf(entry),
    entry.reason ?? '',
  ]);

/** The name that says most. */
const personOf = ({ who }: AuditEntry): string => who.actor ?? who.git ?? who.by;

const changeOf = ({ before, after }: AuditEntry): string =>
  before === undefined && after === undefined ? '' : `${before ?? 'nothing'} -> ${after ?? 'nothing'}`;

/** What a check of a log found, a line each. Pure. */
export const verdictLines = ({ log, problems, entries }: VerifiedLog): readonly string[] => {
  const broken = problems.filter(({ weight }) => weight === 'broken').length;
  const verdict =
    broken > 0
      ? `is BROKEN: ${broken} ${broken === 1 ? 'problem' : 'problems'}`
      : problems.some(({ weight }) => weight === 'unproven')
        ? 'is whole, but not all of it is signed'
        : 'is whole';
  const count = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  return [`${log} ${verdict} (${count})`, ...problems.map(({ kind, message }) => `  ${kind}: ${message}`)];
};
