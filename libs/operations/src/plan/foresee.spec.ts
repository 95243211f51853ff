import type { RunState } from '@polydev/runbook';
import type { DeployPlan } from '../deploy/plan';
import type { TargetState } from '../deploy/state';
import { foreseeMending } from './foresee';

const dead = (more: Partial<DeployPlan> = {}) =>
  ({
    target: 'api',
    path: '/opt/api',
    stateDir: '/state',
    release: 'B',
    before: { kind: 'symlink', link: '/state/releases/A', release: 'A' },
    dependencies: { key: 'k2', command: 'npm ci', reuse: false, files: [], mode: 'link' },
    prune: ['0'],
    ...more,
  }) as DeployPlan;
const run = (more: Partial<RunState> = {}): RunState => ({
  run: 'B',
  runbook: 'deploy',
  plan: dead(),
  startedAt: '2026-11-24T08:00:00.000Z',
  started: [],
  open: [],
  committed: false,
  reopened: false,
  ...more,
});
const state = (lastRun: RunState | undefined): TargetState => ({
  path: { kind: 'symlink', link: '/state/releases/B', release: 'B' },
  releases: ['0', 'A', 'B'].map((id) => ({ id, info: undefined, hasList: true })),
  sharedPresent: new Set(),
  dependencies: ['k1', 'k2'],
  lastRun,
  runs: [],
  targetFile: undefined,
  node: 'v20.20.2',
  secretsPlaced: false,
  machine: 'x86_64',
});
const ids = (one: TargetState | undefined) => one?.releases.map(({ id }) => id);

test.each([undefined, run({ outcome: 'succeeded' }), run({ outcome: 'rolled-back' }), run({ outcome: 'left' })])(
  'there is nothing to mend where the last run ended',
  (lastRun) => {
    expect(foreseeMending(state(lastRun))).toBeUndefined();
  },
);

test('a run that died half-way goes, with its release and what it installed', () => {
  const foreseen = foreseeMending(state(run()));
  expect(foreseen?.mend).toEqual({ deployment: 'B', runbook: 'deploy', how: 'undone', stuck: false });
  expect(foreseen?.state.path.release).toBe('A');
  expect(ids(foreseen?.state)).toEqual(['0', 'A']);
  expect(foreseen?.state.dependencies).toEqual(['k1']);
});

test('one that had proven healthy is finished: it keeps its release and removes what it was to remove', () => {
  const foreseen = foreseeMending(state(run({ committed: true })));
  expect(foreseen?.mend.how).toBe('finished');
  expect(foreseen?.state.path.release).toBe('B');
  expect(ids(foreseen?.state)).toEqual(['A', 'B']);
});

test('an undone rollback keeps the release that it was to start', () => {
  const foreseen = foreseeMending(state(run({ runbook: 'rollback', outcome: 'stuck' })));
  expect(foreseen?.mend.stuck).toBe(true);
  expect(ids(foreseen?.state)).toEqual(['0', 'A', 'B']);
});

test('a directory that was there before comes back', () => {
  const lastRun = run({ plan: dead({ before: { kind: 'directory', adoptAs: 'adopted-B' } }) });
  expect(foreseeMending(state(lastRun))?.state.path.kind).toBe('directory');
});
