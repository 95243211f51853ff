import { artifactMissing, combined, isOpsError, lockHeld } from './index';

const held = lockHeld({ target: 'api', host: 'web-1', by: 'ana@laptop', since: '08:15', deployment: 'd-1' });
const gone = artifactMissing({ directory: '/build' });

it('an error of one situation says what happened, in which state things are, and what to do', () => {
  expect(held.message).toBe(
    'api on web-1 is being changed by ana@laptop since 08:15 (deployment d-1). Nothing was changed.',
  );
  expect(held.hint).toMatch(/nx run api:status/);
});

it('is told from a bug, and by its code', () => {
  expect(isOpsError(held)).toBe(true);
  expect(isOpsError(held, 'LOCK_HELD')).toBe(true);
  expect(isOpsError(held, 'ARTIFACT_MISSING')).toBe(false);
  expect(isOpsError(new Error('bug'))).toBe(false);
});

it('several situations become one error that loses none of them', () => {
  const both = combined([held, gone, held]);
  expect(both.code).toBe('LOCK_HELD');
  expect(both.message.split('\n')).toHaveLength(3);
  expect(both.message).toContain('[ARTIFACT_MISSING] There is no built output at /build');
  expect(both.hint.split('\n')).toHaveLength(2);
  expect(combined([gone])).toBe(gone);
  expect(combined([both, gone]).message).toBe(combined([held, gone, held, gone]).message);
});
