import type { DeploymentOutcome, DeploymentRecord } from '@polydev/contract';
import type { Event } from '@polydev/reporting';

const RULER = '!'.repeat(72);

/** Said when rules are put aside, before anything is touched. */
export const emergencyBegins = (environment: string, reason: string | undefined): readonly Event[] =>
  block([
    `EMERGENCY: the rules of ${environment} on branch, roles, approval and tests are put aside.`,
    `Reason: ${reason ?? ''}`,
    'This is recorded.',
  ]);

/** Said again at the end: how it ended, with the deployment that has it in its record. Pure. */
export const emergencyEnded = (record: DeploymentRecord): readonly Event[] => {
  const wasRefused = record.targets.every(({ outcome }) => outcome === 'not-reached');
  const end = ENDS[record.kind][wasRefused ? 'refused' : record.outcome];
  const rest = REST[record.kind][record.outcome];
  return block([
    `EMERGENCY: ${record.id} ${end(record.environment)}, by ${record.by}.`,
    `Reason: ${record.reason ?? ''}`,
    ...(wasRefused || rest === undefined ? [] : [rest]),
  ]);
};

type End = DeploymentOutcome | 'refused';
const REFUSED = (on: string) => `put the rules of ${on} aside, and was refused before anything was touched`;

const ENDS: Readonly<Record<DeploymentRecord['kind'], Readonly<Record<End, (environment: string) => string>>>> = {
  deploy: {
    succeeded: (on) => `went to ${on} past its rules`,
    'rolled-back': (on) => `was to go to ${on} past its rules, failed and was taken back`,
    stuck: (on) => `was to go to ${on} past its rules, and is stuck there`,
    running: (on) => `goes to ${on} past its rules, and has not ended`,
    refused: REFUSED,
  },
  rollback: {
    succeeded: (on) => `went back on ${on} past its rules`,
    'rolled-back': (on) => `was to go back on ${on} past its rules, failed, and what served before serves`,
    stuck: (on) => `was to go back on ${on} past its rules, and is stuck there`,
    running: (on) => `goes back on ${on} past its rules, and has not ended`,
    refused: REFUSED,
  },
};

const LOOK = 'Have somebody look at it.';
const LOOK_AND_MERGE = 'Have somebody look at it, and bring the code to its branch.';

/** What is left to do afterwards. */
const REST: Readonly<Record<DeploymentRecord['kind'], Readonly<Partial<Record<DeploymentOutcome, string>>>>> = {
  deploy: { succeeded: LOOK_AND_MERGE, stuck: LOOK_AND_MERGE, running: LOOK_AND_MERGE, 'rolled-back': LOOK },
  rollback: { succeeded: LOOK, stuck: LOOK, running: LOOK, 'rolled-back': LOOK },
};

const block = (lines: readonly string[]): readonly Event[] =>
  [RULER, ...lines, RULER].map((text) => ({ kind: 'warning', text }));
