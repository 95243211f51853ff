import { mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetPlan } from '@polydev/operations';
import { plansFolder } from '../run/run-folder';
import { expectedPlan } from './expected-plan';
import { recallPlan, rememberPlan, tellRun, toldInRun } from './remembered';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'polydev-plans-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const HASH = 'p0123456789ab';
const plan = (more: object = {}) => ({ version: 2, hash: HASH, target: 'web', ...more }) as TargetPlan;
// By the clock that also dates the files.
const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);
const DAY = 24 * 60 * 60 * 1000;

test('a plan that was shown is known by its hash, shown once or twice', () => {
  rememberPlan(root, plan(), NOW);
  rememberPlan(root, plan(), NOW);
  expect(recallPlan(root, HASH)).toEqual(plan());
  expect(recallPlan(root, 'p000000000000')).toBeUndefined();
});

test('one that another version made is not known, as it may have gone by other things', () => {
  rememberPlan(root, plan({ version: 1 }), NOW);
  expect(recallPlan(root, HASH)).toBeUndefined();
});

test('it is forgotten in time, and showing it again counts anew', () => {
  rememberPlan(root, plan(), NOW);
  const file = join(plansFolder(root), `${HASH}.json`);
  utimesSync(file, NOW, NOW);
  const later = new Date(NOW.getTime() + 6 * DAY);
  rememberPlan(root, plan(), later);
  expect(statSync(file).mtime).toEqual(later);
  rememberPlan(root, plan({ hash: 'p111111111111' }), new Date(later.getTime() + 8 * DAY));
  expect(recallPlan(root, HASH)).toBeUndefined();
});

test('the tasks of a run learn of each other’s plans, those of other runs do not', () => {
  rememberPlan(root, plan(), NOW);
  tellRun(root, 'run-1', plan());
  expect(toldInRun(root, 'run-1', 'web')?.hash).toBe(HASH);
  expect(toldInRun(root, 'run-2', 'web')).toBeUndefined();
});

const web = (...typedTargets: string[]) => ({ task: 'web:deploy', target: 'web', typedTargets });

test.each(['1234567', 'p12', 'none', `${HASH},`, '../../package', HASH.toUpperCase()])('%s is no hash', (typed) => {
  expect(() => expectedPlan(root, typed, web())).toThrow('should be a hash that a plan shows');
});

test('several hashes stand with commas', () => {
  expect(expectedPlan(root, `${HASH}, p111111111111`, web()).hashes).toEqual([HASH, 'p111111111111']);
});

test('a target that was typed is told which others were; one that comes before them is told nothing', () => {
  expect(expectedPlan(root, HASH, web('api'))).not.toHaveProperty('typedWith');
  expect(expectedPlan(root, HASH, web('web', 'api')).typedWith).toEqual(['api']);
});
