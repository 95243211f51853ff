import { AUDIT_COLUMNS, auditRows, endOfLog, mergeLogs, readEntry, whoRuns, appendEntry, type AuditEntry } from '..';
import { entryOf } from '../../testing/entries';

const logOf = (log: string, entries: readonly AuditEntry[]) => {
  let text = '';
  for (const entry of entries) text += `${appendEntry(endOfLog(text, log), entry).line}\n`;
  return text.split('\n').flatMap((line) => readEntry(line) ?? []);
};
const at = (minute: string) => `2026-11-27T10:${minute}:00.000Z`;

it('shows several hosts’ logs as one, by time, with what stands in all of them once', () => {
  const approval = entryOf({ at: at('01'), action: 'approval', result: 'succeeded' });
  const first = logOf('production@web-1', [
    entryOf({ at: at('00'), host: 'web-1' }),
    approval,
    entryOf({ at: at('04'), host: 'web-1' }),
  ]);
  const second = logOf('production@web-2', [approval, entryOf({ at: at('02'), host: 'web-2' })]);
  const merged = mergeLogs([first, second]);
  expect(merged.map(({ entry, logs }) => [entry.at, entry.host, logs])).toEqual([
    [at('00'), 'web-1', ['production@web-1']],
    [at('01'), undefined, ['production@web-1', 'production@web-2']],
    [at('02'), 'web-2', ['production@web-2']],
    [at('04'), 'web-1', ['production@web-1']],
  ]);
});

it('shows who, what, why, before and after in a row', () => {
  const entry = entryOf({
    who: { by: 'runner@ci', actor: 'maintainer-login', git: 'Name <name@example.org>' },
    host: 'web-1',
    commit: 'abcdef0123456789',
    emergency: true,
    approver: { name: 'approver@example.org', key: `SHA256:${'A'.repeat(43)}` },
    before: 'release-1',
    after: 'release-2',
    reason: 'the site is down',
  });
  const [row = []] = auditRows(mergeLogs([logOf('production@web-1', [entry])]));
  expect(Object.fromEntries(AUDIT_COLUMNS.map((column, index) => [column, row[index]]))).toEqual({
    when: '2026-11-27 10:00:00Z',
    who: 'maintainer-login',
    what: 'deploy (emergency)',
    target: 'api',
    host: 'web-1',
    commit: 'abcdef012345',
    result: 'succeeded, approved by approver@example.org',
    change: 'release-1 -> release-2',
    why: 'the site is down',
  });
});

const CI = {
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTOR: 'first-login',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'owner/name',
  GITHUB_RUN_ID: '7',
};
it('tells who runs it, in CI and at home', () => {
  expect(whoRuns({ by: 'runner@ci', env: CI })).toEqual({
    by: 'runner@ci',
    actor: 'first-login',
    run: 'https://github.com/owner/name/actions/runs/7',
  });
  expect(whoRuns({ by: 'runner@ci', env: { ...CI, GITHUB_TRIGGERING_ACTOR: 'second-login' } }).actor).toBe(
    'first-login (again by second-login)',
  );
  expect(whoRuns({ by: 'me@laptop', env: { GITHUB_ACTOR: 'typed' }, git: 'Name <name@example.org>' })).toEqual({
    by: 'me@laptop',
    git: 'Name <name@example.org>',
  });
});
