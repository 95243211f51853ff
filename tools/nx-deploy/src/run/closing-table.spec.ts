import type { DeploymentRecord, HostRecord } from '@polydev/contract';
import type { EnvironmentConfig } from '@polydev/manifest';
import { closingTable } from './closing-table';

const host = (more: Partial<HostRecord>): HostRecord => ({
  host: 'web-1',
  outcome: 'moved',
  steps: [],
  notes: [],
  ...more,
});
const record: DeploymentRecord = {
  schema: 1,
  id: 'd2',
  nonce: 'n',
  kind: 'deploy',
  environment: 'staging',
  sha: 'a'.repeat(40),
  dirty: false,
  by: 'ann@laptop',
  startedAt: '2026-11-24T08:15:30.123Z',
  planned: ['api', 'web', 'site'],
  outcome: 'rolled-back',
  targets: [
    { target: 'api', outcome: 'unchanged', hosts: [host({ outcome: 'unchanged', release: 'd1', previous: 'd1' })] },
    {
      target: 'web',
      outcome: 'moved',
      hosts: [host({ release: 'd2', previous: 'd1' }), host({ host: 'web-2', outcome: 'taken-back', release: 'd1' })],
    },
    { target: 'site', outcome: 'not-reached', hosts: [] },
  ],
};
const environment = { targets: [{ name: 'web', url: 'https://example.com' }] } as unknown as EnvironmentConfig;

test('the table has a row for every target and host, also for a target that had no turn', () => {
  expect(closingTable(record, environment)).toMatchObject({
    title: 'Deployment d2 to staging: rolled-back',
    columns: ['target', 'host', 'result', 'serves', 'before', 'url'],
    rows: [
      ['api', 'web-1', 'live already', 'd1', '', ''],
      ['web', 'web-1', 'deployed', 'd2', 'd1', 'https://example.com'],
      ['web', 'web-2', 'taken back', 'd1', '', 'https://example.com'],
      ['site', '', 'not reached', '', '', ''],
    ],
  });
});

test('a rollback says what it undid, and calls things by their names', () => {
  const targets = [
    { target: 'api', outcome: 'moved' as const, hosts: [host({ release: 'd1', previous: 'd3' })] },
    { target: 'web', outcome: 'taken-back' as const, hosts: [host({ outcome: 'taken-back', release: 'd3' })] },
  ];
  const rollback: DeploymentRecord = { ...record, kind: 'rollback', undid: ['d3', 'd2'], targets };
  expect(closingTable(rollback, environment)).toMatchObject({
    title: 'Rollback d2 on staging: rolled-back; it undid d3, d2',
    rows: [
      ['api', 'web-1', 'rolled back', 'd1', 'd3', ''],
      ['web', 'web-1', 'kept', 'd3', '', 'https://example.com'],
    ],
  });
});

test('a database has its schema where others have a release', () => {
  const schema = { from: '20261101000001', to: '20261101000002' };
  const rowOf = (outcome: 'moved' | 'stuck') => {
    const table = closingTable({ ...record, targets: [{ target: 'db', outcome, schema, hosts: [] }] }, environment);
    return table.kind === 'table' ? table.rows[0] : undefined;
  };
  expect(rowOf('moved')).toEqual(['db', '', 'migrated', 'schema 20261101000002', 'schema 20261101000001', '']);
  expect(rowOf('stuck')).toContain('failed half-way');
});
