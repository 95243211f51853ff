import type { DatabaseStatus, MigrationView } from '@polydev/contract';
import { databaseStatusEvents } from './status-output';
import { refusalsOf } from './preflight';
import { databaseRow, databaseTrouble } from './overview';

const view = (end: number, state: MigrationView['state'], more: Partial<MigrationView> = {}): MigrationView => ({
  version: `2026110100000${end}`,
  name: 'change',
  state,
  checksum: 'a'.repeat(64),
  ...more,
});
const status = (...migrations: MigrationView[]): DatabaseStatus => ({
  target: 'db',
  environment: 'staging',
  driver: 'postgres',
  address: 'postgres://db/app',
  schemaVersion: '20261101000002',
  migrations,
});
const textsOf = (one: DatabaseStatus, limit?: number) =>
  databaseStatusEvents(one, limit).flatMap((event) => ('text' in event ? [event.text] : []));

test('says which migrations need a person, and with which command', () => {
  const events = databaseStatusEvents(
    status(
      view(1, 'drifted', { appliedChecksum: 'b'.repeat(64) }),
      view(2, 'missing'),
      view(3, 'failed'),
      view(4, 'pending'),
    ),
    undefined,
  );
  const warnings = events.flatMap((event) => (event.kind === 'warning' ? [`${event.text} ${event.hint}`] : []));
  expect(warnings).toEqual([
    expect.stringMatching(/^20261101000001_change was edited.*b{64} then, a{64} now.*`npx nx run db:migrate --repair`/),
    expect.stringMatching(/^20261101000002_change is recorded, and there is no file.*`npx nx run db:migrate --repair`/),
    expect.stringMatching(/^20261101000003_change failed.*`npx nx run db:migrate`/),
  ]);
  expect(textsOf(status(view(4, 'pending'))).at(-1)).toBe('The schema is at 20261101000002; 1 pending.');
});

test('shows the newest where not all are asked for, and says so', () => {
  const events = databaseStatusEvents(status(view(1, 'applied'), view(2, 'applied')), 1);
  expect(events).toContainEqual(expect.objectContaining({ text: '1 older migrations are left out.' }));
  expect(events.flatMap((event) => (event.kind === 'table' ? event.rows : []))).toHaveLength(1);
});

test('preflight refuses what a deploy would refuse when its turn came', () => {
  const now = status(view(1, 'pending'), view(2, 'drifted', { appliedChecksum: 'b'.repeat(64) }), view(3, 'pending'));
  expect(refusalsOf(now).map(({ code }) => code)).toEqual(['MIGRATIONS_DRIFTED', 'MIGRATIONS_OUT_OF_ORDER']);
  expect(refusalsOf(status(view(2, 'applied'), view(3, 'pending')))).toEqual([]);
  expect(refusalsOf(status(view(2, 'missing'), view(3, 'pending'))).map(({ code }) => code)).toEqual([
    'MIGRATIONS_RENAMED',
  ]);
  expect(refusalsOf(status(view(2, 'missing', { failed: true }), view(3, 'pending')))).toEqual([]);
  const alone = { transaction: 'none' } as const;
  expect(textsOf(status(view(3, 'failed', alone)))).toContainEqual(expect.stringContaining('may have left something'));
});

test('in the overview it is up to date, behind, or in trouble', () => {
  expect(databaseRow(status(view(2, 'applied')))).toEqual([
    'db',
    'schema 20261101000002',
    '',
    'up to date',
    'postgres://db/app',
  ]);
  expect(databaseRow(status(view(3, 'pending')))).toContain('1 pending');
  expect(databaseTrouble(status(view(3, 'pending')))).toEqual([]);
  expect(databaseTrouble(status(view(3, 'failed')))[0]?.text).toContain('20261101000003_change (failed)');
});
