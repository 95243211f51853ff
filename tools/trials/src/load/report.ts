import { formatTable } from '@polydev/reporting';
import { LOAD_KINDS, type LoadKind } from './kinds';

/** Times are milliseconds since the load began. */
export interface LoadReport {
  readonly seconds: number;
  readonly kinds: Readonly<Record<LoadKind, KindReport>>;
  /** Every tree that answered. */
  readonly answers: readonly AnswersOfTree[];
  readonly longest: Longest | undefined;
  readonly marks: readonly MarkReport[];
}

export interface KindReport {
  readonly ok: number;
  readonly failed: number;
  /** Answers that began and were not whole. */
  readonly truncated: number;
  /** Connections that were opened. */
  readonly opened: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** The first of those that failed or were truncated. */
  readonly reasons: readonly { readonly at: number; readonly reason: string }[];
  readonly lastFailureAt?: number;
}

export interface AnswersOfTree {
  readonly digest: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface Longest {
  readonly kind: LoadKind;
  readonly ms: number;
  readonly at: number;
}

/** What overlapped a marked interval. */
export interface MarkReport {
  readonly name: string;
  readonly from: number;
  /** Undefined where it was still open when the load ended. */
  readonly to?: number;
  readonly requests: number;
  readonly failed: number;
  readonly truncated: number;
  readonly longest?: Longest;
}

/** Requests that failed and answers that were cut short, over all kinds. */
export const lostIn = (report: LoadReport): { readonly failed: number; readonly truncated: number } => ({
  failed: sum(report, ({ failed }) => failed),
  truncated: sum(report, ({ truncated }) => truncated),
});

/** Answers from trees that nobody deployed: mixes of two, or strangers. Empty = every answer was of one known whole tree. */
export const mixesIn = (report: LoadReport, deployed: readonly string[]): readonly AnswersOfTree[] =>
  report.answers.filter(({ digest }) => !deployed.includes(digest));

const sum = ({ kinds }: LoadReport, count: (kind: KindReport) => number): number =>
  LOAD_KINDS.reduce((total, kind) => total + count(kinds[kind]), 0);

/** The report for a person: a line a kind, a line a marked interval, and why requests were lost. */
export const formatLoadReport = (report: LoadReport): string => {
  const used = LOAD_KINDS.filter((kind) => report.kinds[kind].opened > 0);
  const kinds = used.map((kind) => {
    const { ok, failed, truncated, opened, p50Ms, p99Ms, longestMs } = report.kinds[kind];
    return [kind, ...[ok, failed, truncated, opened].map(String), ...[p50Ms, p99Ms, longestMs].map(milliseconds)];
  });
  const marks = report.marks.map(({ name, from, to, requests, failed, truncated, longest }) => [
    name,
    milliseconds(from),
    milliseconds(to ?? report.seconds * 1000),
    ...[requests, failed, truncated].map(String),
    longest ? `${milliseconds(longest.ms)} (${longest.kind})` : '',
  ]);
  const reasons = used.flatMap((kind) =>
    report.kinds[kind].reasons.map(({ at, reason }) => `  ${kind} at ${milliseconds(at)}: ${reason}`),
  );
  return [
    `${report.seconds.toFixed(1)} s, ${report.answers.length} version${report.answers.length === 1 ? '' : 's'} answered`,
    formatTable(['kind', 'ok', 'failed', 'truncated', 'connections', 'p50', 'p99', 'longest'], kinds),
    ...(marks.length > 0
      ? ['', formatTable(['interval', 'from', 'to', 'requests', 'failed', 'truncated', 'longest'], marks)]
      : []),
    ...(reasons.length > 0 ? ['', 'Lost:', ...reasons] : []),
  ].join('\n');
};

const milliseconds = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
