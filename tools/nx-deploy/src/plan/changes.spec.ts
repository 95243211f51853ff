import type { TargetPlan } from '@polydev/operations';
import { projectGraph } from '../../testing/project-graph';
import { makeWorkspace, type Workspace } from '../../testing/workspace';
import { rememberUncommitted } from '../base/deployed-ref';
import { writeWorkingTree } from '../base/trees';
import { changesSinceLive } from './changes';

const graph = projectGraph({
  api: { root: 'apps/api', dependsOn: ['lib'] },
  web: { root: 'apps/web', dependsOn: ['lib'] },
  lib: { root: 'libs/lib' },
});

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace({ 'apps/api/a.ts': 'a1', 'apps/web/w.ts': 'w1', 'libs/lib/l.ts': 'l1' });
});
afterEach(() => workspace.remove());

const head = () => workspace.git('rev-parse', 'HEAD');
interface Live {
  readonly sha?: string;
  readonly dirty?: boolean;
  readonly deployment?: string;
}
const changes = (...hosts: readonly Live[]) => {
  const dirty = workspace.git('status', '--porcelain') !== '';
  const plan = {
    environment: 'sandbox',
    sha: head(),
    dirty,
    hosts: hosts.map((live, index) => ({ host: `h${index + 1}`, live: { release: 'r', ...live } })),
  } as unknown as TargetPlan;
  return changesSinceLive({ root: workspace.root, plan, project: 'web', graph });
};
const subjects = (list: { readonly touching: readonly { readonly subject: string }[] } | undefined) =>
  list?.touching.map(({ subject }) => subject);
const commit = (subject: string, file: string) => {
  workspace.write({ [file]: subject });
  workspace.git('add', '--all');
  workspace.git('commit', '--quiet', '--message', subject);
  return head();
};

test('only commits that reach the target by the project graph are named, newest first, of all there are', () => {
  const live = head();
  commit('web itself', 'apps/web/w.ts');
  commit('another app', 'apps/api/a.ts');
  commit('what web depends on', 'libs/lib/l.ts');
  const [since] = changes({ sha: live });
  expect(since?.commits?.added.total).toBe(3);
  expect(subjects(since?.commits?.added)).toEqual(['what web depends on', 'web itself']);
  expect(since?.reached).toEqual([
    { project: 'web', files: ['apps/web/w.ts'] },
    { project: 'lib', files: ['libs/lib/l.ts'] },
  ]);
});

test('commits that are live and would go away are told apart', () => {
  const before = head();
  const live = commit('to go back', 'apps/web/w.ts');
  workspace.git('checkout', '--quiet', before);
  const [since] = changes({ sha: live });
  expect(subjects(since?.commits?.added)).toEqual([]);
  expect(subjects(since?.commits?.goneAgain)).toEqual(['to go back']);
  expect(since?.reached).toEqual([{ project: 'web', files: ['apps/web/w.ts'] }]);
});

test('a change taken back reaches nothing, though its commits are there', () => {
  const live = head();
  commit('on', 'apps/web/w.ts');
  workspace.git('revert', '--no-edit', 'HEAD');
  const [since] = changes({ sha: live });
  expect(since?.commits?.added.touching).toHaveLength(2);
  expect(since?.reached).toEqual([]);
});

test('what is not committed counts, new files too; nothing is added to the index', () => {
  const live = head();
  workspace.write({ 'apps/web/new.ts': 'new' });
  expect(changes({ sha: live })[0]?.reached).toEqual([{ project: 'web', files: ['apps/web/new.ts'] }]);
  expect(workspace.git('status', '--porcelain')).toBe('?? apps/web/new.ts');
});

test('what was deployed with uncommitted changes is compared with these, or it is not known', () => {
  workspace.write({ 'apps/web/w.ts': 'edited' });
  rememberUncommitted(workspace.root, { environment: 'sandbox', deployment: 'd1' }, writeWorkingTree(workspace.root));
  expect(changes({ sha: head(), dirty: true, deployment: 'd1' })[0]?.reached).toEqual([]);
  expect(changes({ sha: head(), dirty: true, deployment: 'elsewhere' })[0]).not.toHaveProperty('reached');
});

test.each(['f'.repeat(40), '--output=stolen', 'HEAD'])(
  'nothing is said of a commit that this clone has not: %s',
  (sha) => {
    expect(changes({ sha })).toEqual([{ sha, hosts: ['h1'] }]);
  },
);

test('hosts with one commit are one entry; one without a release is none', () => {
  const live = head();
  expect(changes({ sha: live }, {}, { sha: live }).map(({ hosts }) => hosts)).toEqual([['h1', 'h3']]);
});
