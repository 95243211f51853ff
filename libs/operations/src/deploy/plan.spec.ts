import type { Artifact, ArtifactEntry } from '@polydev/artifact';
import type { TargetConfig } from '@polydev/manifest';
import { unitOf } from '../health/service-log';
import { contains } from '../health/probe';
import { planDeploy, settingsOf } from './plan';
import type { TargetState } from './state';

const file = (path: string, sha256 = 'x'): ArtifactEntry => ({
  type: 'file',
  path,
  executable: false,
  size: 1,
  sha256,
});
const artifact = (...entries: ArtifactEntry[]): Artifact => ({ directory: '/build', entries, list: '', digest: 'd1' });
const target: TargetConfig = {
  name: 'api',
  path: '/opt/api',
  build: 'local',
  install: 'auto',
  shared: [],
  drop: [],
  keep: 2,
  dependsOn: [],
  strategy: 'rolling',
  rolling: { maxParallel: { hosts: 1 }, pauseMs: 0 },
  rollbackOnFailure: 'deployment',
  sync: 'content',
  goldenImageRebuild: 'auto',
  commandTimeoutMs: 1000,
};
const state = (more: Partial<TargetState> = {}): TargetState => ({
  path: { kind: 'absent', link: undefined, release: undefined },
  releases: [],
  sharedPresent: new Set(),
  dependencies: [],
  lastRun: undefined,
  runs: [],
  targetFile: undefined,
  node: 'v20.20.2',
  secretsPlaced: false,
  machine: 'x86_64',
  ...more,
});
const head = { id: '20261124T080000.000Z-abc123f', sha: 'abc123f', dirty: false, environment: 'test' };
const plan = (
  input: {
    target?: Partial<TargetConfig>;
    state?: Partial<TargetState>;
    artifact?: Artifact;
    files?: Record<string, string>;
  } = {},
) =>
  planDeploy({
    target: { ...target, ...input.target },
    stateDir: '/opt/state',
    artifact: input.artifact ?? artifact(file('main.js')),
    head,
    state: state(input.state),
    packageFiles: new Map(Object.entries(input.files ?? {})),
  });

const PACKAGE = JSON.stringify({ dependencies: { fastify: '5' }, devDependencies: { next: '16' } });
const withLock = (sha = 'l1') => artifact(file('main.js'), file('package.json'), file('package-lock.json', sha));
const files = { 'package.json': PACKAGE, 'package-lock.json': '{}' };

it.each<[string, Parameters<typeof plan>[0], string | undefined]>([
  ['a lock file of npm', { artifact: withLock(), files }, 'npm ci --omit=dev --no-audit --no-fund'],
  ['no package.json', {}, undefined],
  ['no dependencies', { files: { 'package.json': '{"devDependencies":{"x":"1"}}' } }, undefined],
  [
    'its own node_modules',
    { artifact: artifact(file('package.json'), { type: 'directory', path: 'node_modules' }), files },
    undefined,
  ],
  ['pnpm', { files: { 'package.json': PACKAGE, 'pnpm-lock.yaml': '' } }, 'pnpm install --prod --frozen-lockfile'],
  ['no lock file', { files: { 'package.json': PACKAGE } }, 'npm install --omit=dev --no-audit --no-fund'],
  ['install: none', { artifact: withLock(), files, target: { install: 'none' } }, undefined],
  ['a command of its own', { target: { install: { command: 'make deps' } } }, 'make deps'],
  [
    'a build on the server',
    { artifact: withLock(), files, target: { build: 'server' } },
    'npm ci --no-audit --no-fund',
  ],
])('%s decides what is installed', (_, input, command) => {
  expect(plan(input).dependencies?.command).toBe(command);
});

it.each<[string, Parameters<typeof plan>[0], boolean]>([
  ['the same lock file, Node and machine', { artifact: withLock(), files }, true],
  ['another lock file', { artifact: withLock('l2'), files }, false],
  ['another Node', { artifact: withLock(), files, state: { node: 'v22.1.0' } }, false],
  ['another machine', { artifact: withLock(), files, state: { machine: 'aarch64' } }, false],
])('%s: installed dependencies are reused: %#', (_, input, reused) => {
  const key = plan({ artifact: withLock(), files }).dependencies!.key;
  expect(plan({ ...input, state: { ...input?.state, dependencies: [key] } }).dependencies?.reuse).toBe(reused);
});

it('a local package that the lock file installs belongs to what is installed', () => {
  const lock = JSON.stringify({
    packages: { 'node_modules/shared': { link: true, resolved: 'workspace_modules/shared' } },
  });
  const made = (sha: string) =>
    plan({
      artifact: artifact(file('package.json'), file('workspace_modules/shared/index.js', sha)),
      files: { ...files, 'package-lock.json': lock },
    }).dependencies!;
  expect(made('1').files).toContain('workspace_modules/shared/index.js');
  expect(made('1').key).not.toBe(made('2').key);
});

it('prunes the oldest beyond `keep`, never the one that serves nor an adopted directory', () => {
  const releases = ['1', '2', '3', '4', 'adopted-0'].map((id) => ({ id, info: undefined, hasList: true }));
  const path = { kind: 'symlink', link: '/x/1', release: '1' } as const;
  expect(plan({ state: { releases, path } }).prune).toEqual(['2']);
});

it.each<[string, Partial<TargetState['path']>, unknown]>([
  ['nothing', { kind: 'absent' }, { kind: 'nothing' }],
  [
    'a release',
    { kind: 'symlink', link: '/s/releases/r1', release: 'r1' },
    { kind: 'symlink', link: '/s/releases/r1', release: 'r1' },
  ],
  ['a symlink of somebody else', { kind: 'symlink', link: '/elsewhere' }, { kind: 'symlink', link: '/elsewhere' }],
  ['a directory', { kind: 'directory' }, { kind: 'directory', adoptAs: `adopted-${head.id}` }],
])('remembers what was at the path: %s', (_, path, before) => {
  expect(plan({ state: { path: { kind: 'absent', link: undefined, release: undefined, ...path } } }).before).toEqual(
    before,
  );
});

it('settings that shape a release beside its artifact make it another release; others do not', () => {
  expect(settingsOf({ ...target, shared: [{ path: '.env', kind: 'file' }] })).not.toBe(settingsOf(target));
  expect(settingsOf({ ...target, keep: 9, restart: 'x' })).toBe(settingsOf(target));
});

it.each([
  ['systemctl restart api', 'api'],
  ['sudo systemctl --user restart --no-block api@1.service', 'api@1.service'],
  ['systemctl reload nginx', 'nginx'],
  ['pm2 restart api', undefined],
])('finds the unit whose log is shown: %s', (restart, unit) => {
  expect(unitOf(restart)).toBe(unit);
});

it.each([
  [{ status: 'ok', more: 1 }, { status: 'ok' }, true],
  [{ status: 'ok', db: { up: true, ms: 3 } }, { db: { up: true } }, true],
  [{ status: 'no' }, { status: 'ok' }, false],
  [{}, { status: 'ok' }, false],
  ['text', { status: 'ok' }, false],
  [undefined, { status: 'ok' }, false],
  [[1, 2], [1], true],
])('a health answer %j has what %j asks for: %s', (value, wanted, result) => {
  expect(contains(value, wanted)).toBe(result);
});

it('a package file that is not JSON is named before anything is touched', () => {
  expect(() => plan({ artifact: withLock(), files: { 'package.json': '{,}' } })).toThrow(
    /^package\.json at the root of the artifact is not valid JSON/,
  );
});
