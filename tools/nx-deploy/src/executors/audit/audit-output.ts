import { AUDIT_COLUMNS, auditRows, isWhole, verdictLines, type VerifiedLog } from '@polydev/audit';
import { auditBroken } from '@polydev/errors';
import type { AuditLogs } from '@polydev/operations';
import type { Event } from '@polydev/reporting';

/** The log as programs read it: entries newest last, and what is wrong with each host's log. Pure. */
export const auditResult = (
  { entries, logs, unreachable, signed }: AuditLogs,
  { environment, limit = entries.length }: { readonly environment: string; readonly limit: number | undefined },
) => ({
  environment,
  entries: entries.slice(Math.max(0, entries.length - limit)).map(({ entry, logs: in_ }) => ({ ...entry, logs: in_ })),
  logs: logs.map((log) => ({ log: log.log, whole: isWhole(log), problems: log.problems })),
  unreachable,
  signed,
});

/** The log as people read it: a table, newest last. Pure. */
export const auditEvents = (
  found: AuditLogs,
  { environment, limit, target }: { readonly environment: string; readonly limit: number; readonly target: string },
): readonly Event[] => {
  const { entries, logs } = found;
  const shown = entries.slice(-limit);
  const more = entries.length - shown.length;
  return [
    { kind: 'headline', text: `Audit log of ${environment}` },
    { kind: 'table', columns: AUDIT_COLUMNS, rows: auditRows(shown) },
    ...(entries.length === 0 ? [{ kind: 'note', text: 'Nothing was written yet.' } as const] : []),
    ...(more > 0
      ? [{ kind: 'note', text: `${more} older; \`--limit=${Math.min(entries.length, 1000)}\` shows more.` } as const]
      : []),
    ...unreachableEvents(found),
    ...logs
      .filter((log) => !isWhole(log))
      .map(({ log }) => ({
        kind: 'warning' as const,
        text: `${log} is not as it was written.`,
        hint: `\`npx nx run ${target}:audit --verify\` says what is wrong.`,
      })),
  ];
};

/** What the check of each host's log found. Pure. */
export const verdictEvents = (found: AuditLogs): readonly Event[] => [
  ...found.logs.flatMap((log) => verdict(log, found)),
  ...unreachableEvents(found),
];

const verdict = (log: VerifiedLog, found: AuditLogs): readonly Event[] => {
  const [text = ''] = verdictLines(log);
  const broken = log.problems.filter(({ weight }) => weight === 'broken');
  const rest = log.problems.filter(({ weight }) => weight !== 'broken');
  const notes = rest.map(({ kind, message }): Event => ({ kind: 'note', text: `${log.log}: ${kind}: ${message}` }));
  const outcome: Event = { kind: 'outcome', ok: isProvenLog(log, found), text };
  if (broken.length === 0) return [...notes, outcome];
  const problems = broken.map(({ kind, message }) => `${kind}: ${message}`);
  return [...notes, { kind: 'error', error: auditBroken({ log: log.log, problems }) }, outcome];
};

const unreachableEvents = ({ unreachable }: AuditLogs): readonly Event[] =>
  unreachable.map(({ host, why }) => ({ kind: 'warning', host, text: `Its log could not be read: ${why}` }));

/** Whether every log that was read is as it was written, and signed where signatures count. Pure. */
export const isProven = (found: AuditLogs): boolean => found.logs.every((log) => isProvenLog(log, found));

const isProvenLog = (log: VerifiedLog, { signed }: Pick<AuditLogs, 'signed'>): boolean =>
  isWhole(log) && (!signed || log.problems.every(({ weight }) => weight !== 'unproven'));
