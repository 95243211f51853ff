import { isRecord, parseJson } from './answer';

export interface Advice {
  readonly level: 'note' | 'warning';
  readonly text: string;
}

/** The two kinds of advice that Supabase has. */
export const ADVISORS = ['security', 'performance'] as const;

/** Advice in an answer of `get_advisors`: lints, grouped (as of server 0.13) or one by one; empty for a shape that is not known. */
export const adviceIn = (text: string, advisor: (typeof ADVISORS)[number]): readonly Advice[] => {
  const parsed = parseJson(text);
  const result = isRecord(parsed) ? (parsed['result'] ?? parsed) : undefined;
  const lints = isRecord(result) && Array.isArray(result['lints']) ? (result['lints'] as readonly unknown[]) : [];
  return lints.filter(isRecord).flatMap((lint) =>
    findingsOf(lint).map((finding) => ({
      level: lint['level'] === 'INFO' ? 'note' : 'warning',
      text: `${advisor}: ${String(finding['detail'] ?? lint['title'] ?? lint['name'])}${linkOf(lint)}`,
    })),
  );
};

const findingsOf = (lint: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(lint['findings']) ? (lint['findings'] as readonly unknown[]).filter(isRecord) : [lint];

const linkOf = ({ remediation }: Readonly<Record<string, unknown>>): string =>
  typeof remediation === 'string' && /^https:\/\/\S+$/.test(remediation) ? ` (${remediation})` : '';
