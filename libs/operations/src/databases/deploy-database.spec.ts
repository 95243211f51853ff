import { migrationLeaseLost } from '@polydev/errors';
import { partOf } from './deploy-database';

const times = { target: 'db', startedAt: '2026-11-24T08:15:30.123Z', endedAt: '2026-11-24T08:15:31.123Z' };
const error = migrationLeaseLost({ address: 'postgres://db', applied: 1 });
const [first, second] = ['20261101000001', '20261101000002'];

test.each([
  [{ outcome: 'moved', schema: { to: first } }, 'moved'],
  [{ outcome: 'unchanged', schema: { from: first, to: first } }, 'unchanged'],
  [{ outcome: 'failed', schema: { from: first, to: first }, error }, 'taken-back'],
  [{ outcome: 'failed', schema: {}, error }, 'taken-back'],
  [{ outcome: 'half-way', schema: { from: first, to: second }, error }, 'stuck'],
  // A file that came late was applied: the newest is the one that it was.
  [{ outcome: 'half-way', schema: { from: first, to: first }, error }, 'stuck'],
] as const)('%j is recorded as %s: what was applied before a failure stays', (ended, outcome) => {
  expect(partOf(ended, times)).toMatchObject({ ...times, outcome, schema: ended.schema, hosts: [] });
});

test('what went wrong stands in the record', () => {
  const part = partOf({ outcome: 'failed', schema: {}, error }, times);
  expect(part.error).toEqual({ code: 'MIGRATION_LEASE_LOST', message: error.message, hint: error.hint });
});
