import { printableName } from '@polydev/errors';
import type { Drift } from '../deploy/drift';
import type { Reason } from '../deploy/reasons';
import type { Amount, HostPlan, PlannedMend } from './target-plan';

/** Bytes for people, in units of 1,000: `812 B`, `4.2 kB`, `57 MB`. */
export const bytesText = (bytes: number): string => {
  const unit = UNITS.findLastIndex((_, power) => bytes >= 1000 ** power);
  const value = bytes / 1000 ** Math.max(unit, 0);
  return `${unit <= 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${UNITS[Math.max(unit, 0)] ?? ''}`;
};
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export const filesText = (files: number): string => `${files} ${files === 1 ? 'file' : 'files'}`;
export const amountText = ({ files, bytes }: Amount): string => `${filesText(files)}, ${bytesText(bytes)}`;

/** Why there is something to do, in a clause. */
export const reasonText = (reason: Reason): string => {
  switch (reason.kind) {
    case 'first':
      return 'nothing is deployed there yet';
    case 'foreign':
      return `a ${reason.found} that is not ours stands at its path`;
    case 'content':
      return 'what is live has other content';
    case 'settings':
      return 'the manifest’s settings for a release, or values of its secrets, have changed';
    case 'secrets':
      return 'the values on the host are not those that are kept encrypted';
    case 'drift':
      if (reason.files === 0) return 'directories of what is live were changed by hand';
      return `${filesText(reason.files)} of what is live ${reason.files === 1 ? 'was' : 'were'} changed by hand`;
    case 'dependencies':
      return 'what it depends on is not installed there';
    case 'unsigned':
      return 'what is live is not signed by anybody who may';
    case 'unhealthy':
      return `what is live is not healthy (${reason.seen})`;
  }
};

/** What was changed by hand, in one sentence; `most` entries by name. */
export const driftText = (drift: readonly Drift[], most = Infinity): string => {
  const named = drift.slice(0, most).map(({ kind, path }) => `${kind} ${printableName(path)}`);
  const more = drift.slice(most).reduce((sum, { files }) => sum + Math.max(files, 1), 0);
  return `The live release was changed by hand: ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`;
};

/** Whether a rollback refuses to go back to a release for what has become of its files. What was only added, it lets be. */
export const isSpoiled = (drift: readonly Drift[]): boolean => drift.some(({ kind }) => kind !== 'extra');

/** What would become of a dead run, in a sentence. */
export const mendText = ({ deployment, runbook, how, stuck }: PlannedMend): string =>
  how === 'finished'
    ? `The ${runbook} ${deployment} died there after its release had proven healthy; it is finished first.`
    : `The ${runbook} ${deployment} ${stuck ? 'could not be taken back' : 'died there half-way'}; it is undone first${stuck ? ', once more' : ''}.`;

/** Who is in the way, in a sentence. */
export const lockText = ({ by, since, deployment }: NonNullable<HostPlan['lock']>): string =>
  `${by ?? 'Somebody'} holds the lock${since ? ` since ${since}` : ''}${deployment ? `, for ${deployment}` : ''}: a deploy would not begin now.`;

/** First letters of a hash, enough for people to compare. */
export const shortText = (hash: string | undefined): string => hash?.slice(0, 12) ?? '';
