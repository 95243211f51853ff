import type { HostStatus, TargetStatus } from '@polydev/operations';
import { createReporter } from '@polydev/reporting';
import { statusEvents, statusResult } from './status-output';

const host: HostStatus = {
  host: 'web-1',
  release: '20261124T081530.123Z-abc123f',
  sha: 'abc123f6bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  digest: 'd'.repeat(64),
  health: 'healthy',
  since: '2026-11-24T08:15:40.000Z',
  by: 'ann@laptop',
  drift: [],
  state: 'idle',
  releases: [],
};
const status = (...hosts: HostStatus[]): TargetStatus => ({
  target: 'api',
  environment: 'staging',
  hosts,
  history: [],
});
const shown = (given: TargetStatus): string => {
  const lines: string[] = [];
  statusEvents(given).forEach(
    createReporter({ result: (line) => lines.push(line), progress: (line) => lines.push(line) }),
  );
  return lines.join('\n');
};

test('programs find the same keys for every host', () => {
  const none: HostStatus = {
    ...host,
    host: 'web-2',
    release: undefined,
    sha: undefined,
    digest: undefined,
    since: undefined,
    by: undefined,
  };
  const { hosts, ...rest } = JSON.parse(JSON.stringify(statusResult(status(host, none))));
  expect(rest).toEqual({ target: 'api', environment: 'staging', history: [] });
  expect(Object.keys(hosts[1])).toEqual(Object.keys(hosts[0]));
  expect(hosts[1]).toMatchObject({ host: 'web-2', release: null, sha: null, digest: null, since: null, by: null });
});

test('people see host, release, commit and health in a line', () => {
  expect(shown(status(host))).toMatch(/web-1 +20261124T081530\.123Z-abc123f +abc123f6bbbb +d{12} +healthy +idle/);
});

test('people see why a host is unhealthy, what was changed by hand and what a dead run left', () => {
  const bad: HostStatus = {
    ...host,
    health: 'unhealthy',
    healthDetail: 'It answered 500.',
    state: 'interrupted',
    stateDetail: 'deploy d2 in step "swap"',
    drift: [{ path: 'main.js', kind: 'changed' }],
  };
  const text = shown(status(bad));
  expect(text).toContain('It answered 500.');
  expect(text).toContain('main.js is not as it was deployed.');
  expect(text).toContain('Interrupted: deploy d2 in step "swap".');
  expect(text).toContain('`npx nx run api:recover` finishes or undoes it');
});

test('a file that was put on a host cannot add a line to the status by its name', () => {
  const text = shown(status({ ...host, drift: [{ path: 'x\n✓ all is well', kind: 'extra' }] }));
  expect(text).toContain('x\\n✓ all is well was not deployed.');
});

test('a target that was never deployed says so', () => {
  expect(shown(status({ ...host, release: undefined }))).toContain('It has not been deployed here yet.');
});

test('a host that cannot be asked is not said to have no history', () => {
  const text = shown(status({ ...host, release: undefined, health: 'unreachable' }));
  expect(text).toContain('Its history lies on hosts that could not be asked.');
  expect(text).not.toContain('not been deployed');
});

test('the history is a table, newest first', () => {
  const entry = {
    deployment: 'd2',
    kind: 'rollback' as const,
    reason: 'login fails',
    sha: 'f'.repeat(40),
    outcome: 'succeeded',
    by: 'ann@laptop',
    at: '2026-11-24T08:15:40.000Z',
  };
  expect(shown({ ...status(host), history: [entry, { ...entry, deployment: 'd1' }] })).toMatch(
    /d2 +rollback .* login fails\n.*d1 /,
  );
});
