import type { DeploymentRecord, HostOutcome } from '@polydev/contract';
import { emergencyEnded } from './emergency';

const recordOf = (
  kind: DeploymentRecord['kind'],
  outcome: DeploymentRecord['outcome'],
  ofTarget: HostOutcome = 'moved',
): DeploymentRecord => ({
  schema: 1,
  id: 'd2',
  nonce: 'n',
  kind,
  environment: 'production',
  sha: 'a'.repeat(40),
  dirty: false,
  by: 'ann@laptop',
  startedAt: '2026-11-24T08:15:30.123Z',
  planned: ['web'],
  reason: 'all is down',
  emergency: true,
  outcome,
  targets: [{ target: 'web', outcome: ofTarget, hosts: [] }],
});
const said = (record: DeploymentRecord): readonly string[] =>
  emergencyEnded(record).flatMap((event) => ('text' in event ? [event.text] : []));

const MERGE = 'Have somebody look at it, and bring the code to its branch.';
const LOOK = 'Have somebody look at it.';

test.each([
  [recordOf('deploy', 'succeeded'), 'd2 went to production past its rules', MERGE],
  [
    recordOf('deploy', 'rolled-back', 'taken-back'),
    'd2 was to go to production past its rules, failed and was taken back',
    LOOK,
  ],
  [recordOf('deploy', 'stuck', 'stuck'), 'd2 was to go to production past its rules, and is stuck there', MERGE],
  [recordOf('deploy', 'running', 'running'), 'd2 goes to production past its rules, and has not ended', MERGE],
  [recordOf('rollback', 'succeeded'), 'd2 went back on production past its rules', LOOK],
  [
    recordOf('rollback', 'rolled-back', 'taken-back'),
    'd2 was to go back on production past its rules, failed, and what served before serves',
    LOOK,
  ],
  [recordOf('rollback', 'stuck', 'stuck'), 'd2 was to go back on production past its rules, and is stuck there', LOOK],
])('an emergency says how it ended: %#', (record, what, then) => {
  expect(said(record).slice(1, -1)).toEqual([`EMERGENCY: ${what}, by ann@laptop.`, 'Reason: all is down', then]);
});

test('nor does one that was refused go anywhere', () => {
  expect(said(recordOf('deploy', 'rolled-back', 'not-reached')).slice(1, -1)).toEqual([
    'EMERGENCY: d2 put the rules of production aside, and was refused before anything was touched, by ann@laptop.',
    'Reason: all is down',
  ]);
});
