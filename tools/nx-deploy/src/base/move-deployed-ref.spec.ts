import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveSha } from '@polydev/operations';
import { projectGraph } from '../../testing/project-graph';
import { makeWorkspace, type Workspace } from '../../testing/workspace';
import { deployedRef, ensureDeployedRefs, knowsNothing, rememberUncommitted } from './deployed-ref';
import { moveDeployedRef } from './move-deployed-ref';
import { writeWorkingTree } from './trees';

const graph = projectGraph({
  api: { root: 'apps/api', dependsOn: ['lib'] },
  web: { root: 'apps/web', dependsOn: ['lib'] },
  lib: { root: 'libs/lib' },
});
const START = { 'apps/api/a.ts': 'a1', 'apps/web/w.ts': 'w1', 'libs/lib/l.ts': 'l1' };

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace(START);
});
afterEach(() => workspace.remove());

type Live = Record<string, string | Omit<LiveSha, 'target' | 'host'> | undefined>;

/** Moves the ref to what is live and tells which files of the working tree's commit count as changed since. */
const changedSince = (live: Live): readonly string[] => {
  move(live);
  return workspace.git('diff', '--name-only', deployedRef('sandbox'), 'HEAD').split('\n').filter(Boolean);
};
const move = (live: Live, environment = 'sandbox') =>
  moveDeployedRef({
    root: workspace.root,
    environment,
    graph,
    targets: [
      { name: 'api', project: 'api' },
      { name: 'web', project: 'web' },
    ],
    live: Object.entries(live).map(([target, what]) => ({
      target,
      host: 'h1',
      ...(typeof what === 'object' ? what : { sha: what }),
    })),
  });
const deployedAs = (deployment: string, sha: string) => ({ deployment, sha });
const head = () => workspace.git('rev-parse', 'HEAD');

test('nothing counts as changed when everything that is live was built from HEAD', () => {
  expect(changedSince({ api: head(), web: head() })).toEqual([]);
});

test('a new commit counts with the files it changed', () => {
  const live = head();
  workspace.commit({ 'apps/web/w.ts': 'w2' });
  expect(changedSince({ api: live, web: live })).toEqual(['apps/web/w.ts']);
});

test('a target deployed alone is up to date, though the others stay at the older commit that suits them', () => {
  const live = head();
  const newer = workspace.commit({ 'apps/web/w.ts': 'w2' });
  expect(changedSince({ api: live, web: newer })).toEqual([]);
});

test('a target that lacks a change of a shared file counts as changed, and no other', () => {
  const old = head();
  const newer = workspace.commit({ 'libs/lib/l.ts': 'l2' });
  expect(changedSince({ api: deployedAs('d2', newer), web: deployedAs('d1', old) })).toEqual(['apps/web/w.ts']);
});

test('a bad change that was deployed and then reverted has to be deployed again', () => {
  const good = head();
  const bad = workspace.commit({ 'apps/web/w.ts': 'bad' });
  workspace.git('revert', '--no-edit', bad);
  expect(changedSince({ api: deployedAs('d1', good), web: deployedAs('d2', bad) })).toEqual(['apps/web/w.ts']);
});

test('what was deployed from another branch counts as changed, though HEAD did not change since the branches parted', () => {
  workspace.git('checkout', '--quiet', '-b', 'feature');
  const feature = workspace.commit({ 'apps/web/w.ts': 'feature', 'apps/web/only-there.ts': 'x' });
  workspace.git('checkout', '--quiet', 'main');
  const live = { api: deployedAs('d1', head()), web: deployedAs('d2', feature) };
  expect(changedSince(live)).toEqual(['apps/web/only-there.ts', 'apps/web/w.ts']);
  expect(changedSince({ ...live, web: deployedAs('d0', feature) })).toEqual(['apps/web/w.ts']);
});

test('a target that never was deployed, or failed for the first time, counts as changed, and no other', () => {
  expect(changedSince({ api: head(), web: undefined })).toEqual(['apps/web/w.ts']);
});

test('a target whose host nobody could say anything of counts as well', () => {
  expect(changedSince({ api: head() })).toContain('apps/web/w.ts');
});

test('a commit that is not in this clone counts as unknown and is named', () => {
  const missing = '0123456789012345678901234567890123456789';
  expect(changedSince({ api: head(), web: missing })).toContain('apps/web/w.ts');
  expect(move({ api: head(), web: missing }).unknown).toEqual([
    `web on h1 runs ${missing}, which is not in this clone`,
  ]);
});

test('everything counts as changed when nothing is live', () => {
  expect(changedSince({ api: undefined, web: undefined })).toEqual(workspace.git('ls-files').split('\n'));
  expect(knowsNothing(workspace.root, 'sandbox')).toBe(true);
});

test('changes that were deployed before they were committed are live: committing them changes nothing, undoing them does', () => {
  const sha = head();
  workspace.write({ 'apps/web/w.ts': 'w2', 'apps/web/new.ts': 'untracked' });
  rememberUncommitted(workspace.root, { environment: 'sandbox', deployment: 'd1' }, writeWorkingTree(workspace.root));
  const live = { api: deployedAs('d0', sha), web: { sha, dirty: true, deployment: 'd1' } };
  expect(changedSince(live)).toEqual(['apps/web/new.ts', 'apps/web/w.ts']);
  workspace.commit();
  expect(changedSince(live)).toEqual([]);
});

test('uncommitted changes that another clone deployed count as unknown', () => {
  const live = { api: head(), web: { sha: head(), dirty: true, deployment: 'elsewhere' } };
  expect(changedSince(live)).toContain('apps/web/w.ts');
  expect(move(live).unknown[0]).toMatch(/^web on h1 was deployed from another clone with uncommitted changes/);
});

test('uncommitted changes are forgotten once they are not live any more', () => {
  const key = { environment: 'sandbox', deployment: 'd1' };
  rememberUncommitted(workspace.root, key, writeWorkingTree(workspace.root));
  move({ api: head(), web: head() });
  expect(workspace.git('for-each-ref', 'refs/deployed-uncommitted')).toBe('');
});

test('Nx finds no commit that the ref and HEAD have in common, so that it compares with the ref itself', () => {
  move({ api: head(), web: head() });
  expect(() => workspace.git('merge-base', deployedRef('sandbox'), 'HEAD')).toThrow();
});

test('one state is one commit, and its message says what runs', () => {
  const live = { api: head(), web: undefined };
  expect(move(live).sha).toBe(move(live).sha);
  expect(workspace.git('log', '-1', '--format=%B', deployedRef('sandbox'))).toBe(
    `What sandbox runs\n\napi on h1: ${head()}\nweb on h1: nothing`,
  );
});

test('the user’s index and working tree stay as they are', () => {
  workspace.write({ 'apps/web/w.ts': 'w2' });
  const before = workspace.git('status', '--porcelain');
  writeWorkingTree(workspace.root);
  move({ api: head(), web: head() });
  expect(workspace.git('status', '--porcelain')).toBe(before);
});

test('a ref whose commit is gone is made again, and the others stay', () => {
  const { sha } = move({ api: head(), web: head() });
  move({ api: head(), web: undefined }, 'staging');
  const gone = workspace.git('rev-parse', deployedRef('staging'));
  rmSync(join(workspace.root, '.git/objects', gone.slice(0, 2), gone.slice(2)));
  expect(ensureDeployedRefs(workspace.root, ['sandbox', 'staging'])).toEqual(['staging']);
  expect(workspace.git('rev-parse', deployedRef('sandbox'))).toBe(sha);
  expect(knowsNothing(workspace.root, 'staging')).toBe(true);
});

test('outside of a repository no ref is made', () => {
  rmSync(join(workspace.root, '.git'), { recursive: true });
  expect(ensureDeployedRefs(workspace.root, ['sandbox'])).toEqual([]);
});

test('missing refs are made, existing ones stay', () => {
  const { sha } = move({ api: head(), web: head() });
  expect(ensureDeployedRefs(workspace.root, ['sandbox', 'production', 'no ref name..'])).toEqual(['production']);
  expect(workspace.git('rev-parse', deployedRef('sandbox'))).toBe(sha);
  expect(knowsNothing(workspace.root, 'production')).toBe(true);
});
