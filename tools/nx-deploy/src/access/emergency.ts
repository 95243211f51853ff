import type { Event } from '@polydev/reporting';

const RULER = '!'.repeat(72);

/** Said when rules are put aside, before anything is touched. */
export const emergencyBegins = (environment: string, reason: string | undefined): readonly Event[] =>
  block([
    `EMERGENCY: the rules of ${environment} on branch, roles, approval and tests are put aside.`,
    `Reason: ${reason ?? ''}`,
    'This is recorded.',
  ]);

/** Said again at the end, with the deployment that has it in its record. */
export const emergencyEnded = ({
  environment,
  id,
  by,
  reason,
}: {
  readonly environment: string;
  readonly id: string;
  readonly by: string;
  readonly reason?: string | undefined;
}): readonly Event[] =>
  block([
    `EMERGENCY: ${id} went to ${environment} past its rules, by ${by}.`,
    `Reason: ${reason ?? ''}`,
    'Have somebody look at it, and bring the code to its branch.',
  ]);

const block = (lines: readonly string[]): readonly Event[] =>
  [RULER, ...lines, RULER].map((text) => ({ kind: 'warning', text }));
