import type { DeploymentRecord, HostOutcome } from '@polydev/contract';
import { databaseSha } from './database-sha';

const record = (
  id: string,
  outcome: HostOutcome,
  more: Partial<DeploymentRecord> & { readonly target?: string } = {},
): DeploymentRecord => {
  const { target = 'db', ...rest } = more;
  return {
    schema: 1,
    id,
    nonce: 'n',
    kind: 'deploy',
    environment: 'staging',
    sha: `sha of ${id}`,
    dirty: false,
    by: 'ops@builder',
    startedAt: '2026-11-24T08:15:30.123Z',
    planned: [target],
    outcome: 'succeeded',
    targets: [{ target, outcome, hosts: [] }],
    ...rest,
  };
};

test('a database has what the newest deployment gave it that went well', () => {
  const records = [record('d2', 'moved'), record('d3', 'unchanged', { dirty: true }), record('d1', 'moved')];
  expect(databaseSha(records, 'db')).toEqual({ sha: 'sha of d3', dirty: true, deployment: 'd3' });
});

test('also where the deployment failed later: a schema does not go back', () => {
  expect(databaseSha([record('d1', 'moved', { outcome: 'rolled-back' })], 'db').sha).toBe('sha of d1');
});

test.each([
  ['failed', record('d2', 'taken-back')],
  ['failed half-way', record('d2', 'stuck')],
  ['was not reached', record('d2', 'not-reached')],
  ['is another', record('d2', 'moved', { target: 'other' })],
])('a deployment in which it %s does not count', (_, newest) => {
  expect(databaseSha([record('d1', 'moved'), newest], 'db').sha).toBe('sha of d1');
  expect(databaseSha([newest], 'db')).toEqual({ sha: undefined });
});
