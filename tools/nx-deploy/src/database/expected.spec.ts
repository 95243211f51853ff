import type { DatabaseStatus, MigrationView } from '@polydev/contract';
import { PLAN_HASH } from '@polydev/operations';
import { allowedPlans, databasePlanHash, refuseUnexpected } from './expected';

const view = (version: string, state: MigrationView['state'], checksum = version): MigrationView => ({
  ...{ version, state, checksum },
  name: 'a',
});
const status = (...migrations: MigrationView[]): DatabaseStatus => ({
  target: 'db',
  environment: 'staging',
  driver: 'postgres',
  address: 'postgres://db/app',
  schemaVersion: '20261101000001',
  migrations,
});
const applied = view('20261101000001', 'applied');
const pending = view('20261101000002', 'pending');
const refuse = (now: DatabaseStatus, hashes: readonly string[], alone: boolean) => () =>
  refuseUnexpected(now, { allowed: { hashes, alone } });

test('a plan is named by what it would apply to which database', () => {
  const hash = databasePlanHash(status(applied, pending));
  expect(hash).toMatch(PLAN_HASH);
  expect(databasePlanHash(status(view('20261101000001', 'baseline'), pending))).toBe(hash);
  expect(databasePlanHash(status(applied, view('20261101000002', 'failed')))).not.toBe(
    databasePlanHash(status(applied)),
  );
  expect(databasePlanHash(status(applied, { ...pending, checksum: 'edited' }))).not.toBe(hash);
  expect(databasePlanHash({ ...status(applied, pending), environment: 'production' })).not.toBe(hash);
});

test('what was shown may be applied, and so may nothing', () => {
  const now = status(applied, pending);
  expect(refuse(now, ['p000000000000', databasePlanHash(now)], false)).not.toThrow();
  expect(refuse(status(applied), ['p000000000000'], true)).not.toThrow();
  expect(() => refuseUnexpected(now, {})).not.toThrow();
});

test('what was not shown is refused, with the hash that it has', () => {
  const now = status(applied, pending);
  expect(refuse(now, ['p000000000000'], true)).toThrow(`that is ${databasePlanHash(now)}`);
  expect(refuse(now, ['p000000000000'], false)).toThrow('None of the plans given (p000000000000) is of db');
});

test('what cannot be a hash is refused by name', () => {
  expect(allowedPlans('p000000000000, p000000000001', { task: 'db:deploy', alone: true }).hashes).toHaveLength(2);
  expect(() => allowedPlans('none', { task: 'db:deploy', alone: true })).toThrow('--plan=none: should be a hash');
});
