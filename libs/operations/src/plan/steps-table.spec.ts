import { deploy, deployBlueGreen } from '../deploy/deploy';
import type { DeployPlan } from '../deploy/plan';
import type { SlotsPlan } from '../deploy/plan-service';
import { plannedSteps } from './planned-steps';
import { stepRows } from './steps-table';
import type { HostPlan } from './target-plan';

const bare = {
  before: { kind: 'nothing' },
  shared: [],
  prune: [],
  target: 'api',
} as unknown as DeployPlan;
const full: DeployPlan = {
  ...bare,
  before: { kind: 'directory', adoptAs: 'adopted-x' },
  shared: [{ path: 'uploads', kind: 'directory' }],
  dependencies: { command: 'npm ci', reuse: false, key: 'k', mode: 'link', files: [] },
  secrets: { names: ['TOKEN'], version: 'v' },
  buildCommand: 'make',
  preDeploy: 'migrate',
  restart: 'systemctl restart api',
  healthCheck: { url: 'http://localhost/', status: 200, timeoutMs: 1, intervalMs: 1, successes: 1 },
  postDeploy: 'warm',
  prune: ['A'],
};
const rowsOf = (plan: DeployPlan, live?: HostPlan['live']) => {
  const steps = plannedSteps(plan, { live: live !== undefined, beside: ['uploads'] });
  const amount = { files: 1, bytes: 1 };
  const host = {
    steps,
    prune: plan.prune,
    send: amount,
    reuse: amount,
    ...(live ? { live } : {}),
  } as unknown as HostPlan;
  return stepRows(host, '/opt/api');
};
const live = { release: 'B' };
const served: DeployPlan = { ...bare, before: { kind: 'symlink', link: '/releases/B', release: 'B' } };

test('a plan has every step that a deploy runs, and says of each what it will do', () => {
  const rows = rowsOf(full);
  expect(rows.map(([step]) => step)).toEqual([...deploy.steps, ...deploy.cleanup].map(({ name }) => name));
  expect(rows.filter(([, what]) => what === '')).toEqual([]);
});

test('so has one of strategy blue-green', () => {
  const slots: SlotsPlan = {
    to: 'green',
    ports: { blue: 4101, green: 4102 },
    address: '0.0.0.0',
    port: 4100,
    drainTimeoutMs: 30_000,
    keepWarmMs: 300_000,
    observeMs: 10_000,
    maxFailedShare: 0.01,
    takesOver: 'old.service',
  };
  const { restart: _, ...rest } = full;
  const first = rowsOf({ ...rest, slots });
  const later = rowsOf({ ...rest, slots: { ...slots, from: 'blue' } });
  const { steps, cleanup } = deployBlueGreen;
  const names = [...steps, ...cleanup].map(({ name }) => name);
  expect(first.map(([step]) => step)).toEqual(names.filter((name) => name !== 'drain the release before'));
  expect(later.map(([step]) => step)).toEqual(names.filter((name) => name !== 'take over the port'));
  expect([...first, ...later].filter(([, what]) => what === '')).toEqual([]);
  expect(later).toContainEqual(['health check', 'http://127.0.0.1:4102/']);
});

test('what a deploy skips is no step of its plan', () => {
  expect(rowsOf(served, live).map(([step]) => step)).toEqual(['place release', 'keep the way back', 'swap', 'record']);
});

test('dependencies that are installed already are linked, and not installed', () => {
  const dependencies = { command: 'npm ci', reuse: true, key: 'k', mode: 'link', files: [] } as const;
  const rows = rowsOf({ ...served, dependencies }, live);
  expect(rows.map(([step]) => step)).not.toContain('install dependencies');
  expect(rows).toContainEqual(['link shared files', 'what is installed already']);
});

test('a symlink to somewhere else is replaced, and not called nothing', () => {
  const rows = rowsOf({ ...bare, before: { kind: 'symlink', link: '/srv/old' } });
  expect(rows).toContainEqual(['swap', '/opt/api replaces the symlink to /srv/old']);
  expect(rows).toContainEqual(['keep the way back', 'the symlink to /srv/old']);
});
