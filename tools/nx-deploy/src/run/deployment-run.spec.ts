import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorkspace, type Workspace } from '../../testing/workspace';
import {
  allSucceeded,
  claimClosing,
  isOpen,
  noteClosed,
  noteEnded,
  noteStarted,
  openRun,
  processOfRun,
} from './deployment-run';
import { claimId, foldersOfRun } from './run-folder';

const NOW = new Date('2026-11-24T08:15:30.123Z');
let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace({ 'a.txt': 'a' });
});
afterEach(() => workspace.remove());

const change = ({ write }: Workspace) => write({ 'a.txt': 'changed' });
const open = (run: string, planned: readonly string[] = ['api', 'web']) =>
  openRun({ root: workspace.root, run, environment: 'sandbox', planned, now: NOW });

test('all tasks of one run are one deployment', () => {
  expect(open('1-a').head).toEqual(open('1-a', []).head);
});

test('two runs at once are two deployments, though they start in one millisecond', () => {
  const ids = new Set([open('1-a'), open('1-b'), open('2-c')].map(({ head }) => head.id));
  expect(ids.size).toBe(3);
});

test('a deployment says from what, by whom and in which order', () => {
  const sha = workspace.git('rev-parse', 'HEAD');
  expect(open('1-a').head).toMatchObject({
    id: `20261124T081530.123Z-${sha.slice(0, 7)}`,
    sha,
    dirty: false,
    branch: 'main',
    planned: ['api', 'web'],
    environment: 'sandbox',
    by: expect.stringMatching(/^[^@]+@[^@]+$/),
  });
});

test('a deployment from a detached HEAD has no branch', () => {
  workspace.git('checkout', '--quiet', '--detach');
  expect(open('1-a').head.branch).toBeUndefined();
});

test('untracked files make a deployment dirty, and what it was built from is remembered', () => {
  workspace.write({ 'new.txt': 'new' });
  const { head } = open('1-a');
  expect(head.dirty).toBe(true);
  expect(workspace.git('show', `refs/deployed-uncommitted/sandbox/${head.id}:new.txt`)).toBe('new');
});

test.each<[string, (workspace: Workspace) => void]>([
  [
    'shows no untracked files',
    ({ git, write }) => (git('config', 'status.showUntrackedFiles', 'no'), write({ b: 'b' })),
  ],
  ['takes a file for unchanged', (one) => (one.git('update-index', '--assume-unchanged', 'a.txt'), change(one))],
  ['passes over a file', (one) => (one.git('update-index', '--skip-worktree', 'a.txt'), change(one))],
  [
    'takes another commit for this one',
    ({ git, write }) => {
      const [head, tree] = [git('rev-parse', 'HEAD'), git('rev-parse', 'HEAD^{tree}')];
      write({ 'a.txt': 'b' });
      git('commit', '--quiet', '--all', '--message=other');
      const other = git('rev-parse', 'HEAD');
      git('update-ref', 'refs/heads/main', head);
      git('replace', head, other);
      expect(git('rev-parse', 'HEAD^{tree}')).not.toBe(tree);
    },
  ],
])('a deployment is dirty also where git %s', (_, hide) => {
  hide(workspace);
  expect(workspace.git('status', '--porcelain')).toBe('');
  expect(open('1-a').head.dirty).toBe(true);
});

test('files that git passes over and that are as committed, or not there, make none dirty', () => {
  workspace.commit({ 'b.txt': 'b', 'c.txt': 'c' });
  workspace.git('update-index', '--skip-worktree', 'a.txt', 'b.txt');
  workspace.git('update-index', '--assume-unchanged', 'c.txt');
  rmSync(join(workspace.root, 'b.txt'));
  expect(open('1-a').head.dirty).toBe(false);
});

test('a workspace without a commit cannot be deployed from', () => {
  workspace.git('update-ref', '-d', 'refs/heads/main');
  expect(() => open('1-a')).toThrow(expect.objectContaining({ code: 'GIT_UNUSABLE' }));
});

test('a run is closed once all of it succeeded, by one of its tasks', () => {
  const run = open('1-a');
  noteStarted(run, 'api');
  noteStarted(run, 'web');
  noteEnded(run, 'api', true);
  expect(allSucceeded(run)).toBe(false);
  noteEnded(run, 'web', true);
  expect([allSucceeded(run), claimClosing(run), claimClosing(run)]).toEqual([true, true, false]);
});

test('a failed task leaves the run open until it was closed', () => {
  const run = open('1-a');
  noteStarted(run, 'api');
  noteEnded(run, 'api', false);
  expect([allSucceeded(run), isOpen(run)]).toEqual([false, true]);
  noteClosed(run);
  expect(isOpen(run)).toBe(false);
});

test('a run whose preflight failed has nothing to close', () => {
  expect(isOpen(open('1-a'))).toBe(false);
});

test('the hook finds its runs by Nx’s id, and what its daemon does not know', () => {
  const run = open('12-a');
  open('123-b');
  expect(foldersOfRun(workspace.root, '12')).toEqual([run.folder]);
  expect(processOfRun(run)?.nx).toBe(process.ppid);
});

test('what runs left is forgotten after a week', () => {
  const old = open('1-a');
  const eightDaysAgo = new Date(NOW.getTime() - 8 * 24 * 3600 * 1000);
  utimesSync(old.folder, eightDaysAgo, eightDaysAgo);
  open('2-b');
  expect(foldersOfRun(workspace.root, '1')).toEqual([]);
});

test('a workspace’s own files show nothing of it', () => {
  open('1-a');
  claimId(workspace.root, 'x');
  expect(workspace.git('status', '--porcelain')).toBe('');
});
