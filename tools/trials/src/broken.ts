import { formatTable } from '@polydev/reporting';
import type { DemoFault } from './demo';
import { LOAD_KINDS } from './load/kinds';
import type { LoadReport } from './load/report';
import type { Numbers } from './numbers';

/** Faults that show before the new release is given any request, where it starts beside the old one. */
export const SHOWS_BEFORE: readonly DemoFault[] = [
  'wont-start',
  'dies-after-1s',
  'hangs',
  'port-taken',
  'listens-elsewhere',
  'wrong-release',
  'never-healthy',
];

/** Those of them that take requests and never answer, where the broken release stands in the old one's place. */
export const LOSES_IN_PLACE: readonly DemoFault[] = ['dies-after-1s', 'hangs'];

/** What the deploy of one broken release cost the clients. */
export interface Broken {
  readonly strategy: Numbers['strategy'];
  readonly fault: string;
  /** Step that noticed it. */
  readonly failedStep: string;
  /** Milliseconds from the deploy's begin until the release before served alone again. */
  readonly deployMs: number;
  readonly requests: number;
  readonly failed: number;
  readonly truncated: number;
  /** Milliseconds of the longest request; of a streaming answer, until its head. */
  readonly longestMs: number;
  /** Milliseconds between the first and the last request that failed; 0 where fewer than two did. */
  readonly failingMs: number;
}

/** What a load that ran from before such a deploy until after it says of it. */
export const costOf = ({ kinds, longest }: LoadReport) => {
  const used = LOAD_KINDS.map((kind) => kinds[kind]);
  const total = (key: 'ok' | 'failed' | 'truncated') => used.reduce((sum, kind) => sum + kind[key], 0);
  const first = Math.min(...used.flatMap(({ reasons }) => reasons.map(({ at }) => at)));
  const last = Math.max(...used.map(({ lastFailureAt = 0 }) => lastFailureAt));
  return {
    requests: total('ok') + total('failed') + total('truncated'),
    failed: total('failed'),
    truncated: total('truncated'),
    longestMs: longest?.ms ?? 0,
    failingMs: Math.max(0, last - (Number.isFinite(first) ? first : last)),
  };
};

/** The broken releases as a table for a person. */
export const brokenTable = (broken: readonly Broken[]): string =>
  formatTable(
    ['strategy', 'fault', 'noticed by', 'taken back in', 'requests', 'failed', 'truncated', 'failing for', 'longest'],
    broken.map(({ strategy, fault, failedStep, ...figures }) => [
      ...[strategy, fault, failedStep, seconds(figures.deployMs)],
      ...[figures.requests, figures.failed, figures.truncated].map(String),
      ...[seconds(figures.failingMs), seconds(figures.longestMs)],
    ]),
  );

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
