import type { Report } from '@polydev/reporting';
import type { Finding } from '../operations';

/** Says all findings once, notes first and errors last, with a line that counts them where something has to be done. Returns them in that order. */
export const reportFindings = (findings: readonly Finding[], report: Report): readonly Finding[] => {
  const sorted = findings.filter(isFirst).sort((a, b) => RANK[a.level] - RANK[b.level]);
  for (const { message, host, hint, ...finding } of sorted) {
    report({
      kind: 'finding',
      ...finding,
      text: message,
      ...(host === undefined ? {} : { host }),
      ...(hint === '' ? {} : { hint }),
    });
  }
  const errors = count(sorted, 'error');
  const warnings = count(sorted, 'warning');
  if (errors > 0) {
    const text = [counted(errors, 'error'), ...(warnings > 0 ? [counted(warnings, 'warning')] : [])].join(', ');
    report({ kind: 'outcome', ok: false, text: `${text}; nothing was touched.` });
  }
  return sorted;
};

const RANK = { note: 0, warning: 1, error: 2 } as const;

/** What several looks find is one thing to mend. */
const isFirst = (one: Finding, index: number, all: readonly Finding[]): boolean =>
  all.findIndex(
    ({ level, code, host, message }) =>
      level === one.level && code === one.code && host === one.host && message === one.message,
  ) === index;

const count = (findings: readonly Finding[], level: Finding['level']): number =>
  findings.filter((finding) => finding.level === level).length;

const counted = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`;
