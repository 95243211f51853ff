import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askOnBranch } from './on-branch';

const PROTECTED = { protected: true, branch: 'main' };
let directory: string;
const at = (name: string): string => join(directory, name);
const git = (where: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], {
    cwd: at(where),
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
const commit = (where: string, text: string): string => {
  writeFileSync(join(at(where), 'file'), text);
  git(where, 'add', '--all');
  git(where, 'commit', '--quiet', '--message', text);
  return git(where, 'rev-parse', 'HEAD');
};
const clone = (from: string, to: string, ...options: string[]): void =>
  void git('', 'clone', '--quiet', ...options, `file://${at(from)}`, at(to));
const ask = (where: string, sha: string, environment: object = PROTECTED, env = {}) =>
  askOnBranch({ root: at(where), sha, environment: { ...PROTECTED, ...environment }, env });

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'polydev-branch-')));
  mkdirSync(at('real'));
  git('real', 'init', '--quiet', '--initial-branch=main');
  commit('real', 'one');
  commit('real', 'two');
  clone('real', 'clone');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('knows the branch’s newest commit and an older one', async () => {
  expect(await ask('clone', git('real', 'rev-parse', 'main'))).toEqual({ kind: 'yes', remote: 'origin' });
  expect(await ask('clone', git('real', 'rev-parse', 'main~1'))).toMatchObject({ kind: 'yes' });
});

test('asks the remote: what it got since the last fetch counts, and no ref of the clone is moved', async () => {
  const own = git('clone', 'rev-parse', 'HEAD');
  commit('real', 'three');
  expect(await ask('clone', own)).toMatchObject({ kind: 'yes' });
  expect(git('clone', 'rev-parse', 'refs/remotes/origin/main')).toBe(own);
});

test('a local branch that is merely called main does not count, nor what was written to the remote-tracking ref', async () => {
  const own = commit('clone', 'never pushed');
  git('clone', 'update-ref', 'refs/remotes/origin/main', own);
  expect(git('clone', 'branch', '--show-current')).toBe('main');
  expect(await ask('clone', own)).toEqual({ kind: 'no', remote: 'origin' });
});

test('nor does a commit that only this clone says to be an ancestor', async () => {
  const tip = git('real', 'rev-parse', 'main');
  git('clone', 'reset', '--quiet', '--hard', 'main~1');
  const own = commit('clone', 'never pushed');
  writeFileSync(at('clone/.git/info/grafts'), `${tip} ${own}\n`);
  expect(git('clone', 'merge-base', own, tip)).toBe(own);
  expect(await ask('clone', own)).toMatchObject({ kind: 'no' });
});

test('a commit that the remote took off its branch does not count any more', async () => {
  const gone = git('clone', 'rev-parse', 'HEAD');
  git('real', 'reset', '--quiet', '--hard', 'main~1');
  commit('real', 'other');
  expect(await ask('clone', gone)).toMatchObject({ kind: 'no' });
});

test('a fork’s main does not count where the manifest names the repository', async () => {
  clone('real', 'fork');
  const own = commit('fork', 'of the fork');
  clone('fork', 'clone-of-fork');
  expect(await ask('clone-of-fork', own)).toMatchObject({ kind: 'yes' });
  const repository = `file://${at('real')}`;
  expect(await ask('clone-of-fork', own, { repository })).toEqual({ kind: 'no', remote: repository });
});

test('a fork’s main that is checked out in a clone of the real repository does not count', async () => {
  clone('real', 'fork');
  const own = commit('fork', 'of the fork');
  git('clone', 'fetch', '--quiet', at('fork'), 'main');
  git('clone', 'reset', '--quiet', '--hard', own);
  expect(await ask('clone', own)).toMatchObject({ kind: 'no' });
});

test('a shallow clone cannot tell', async () => {
  clone('real', 'shallow', '--depth=1');
  expect(await ask('shallow', git('real', 'rev-parse', 'main'))).toMatchObject({ kind: 'shallow' });
});

test('a clone whose remote is gone, or has no such branch, says why', async () => {
  const sha = git('clone', 'rev-parse', 'HEAD');
  expect(await ask('clone', sha, { branch: 'release' })).toMatchObject({ why: 'it has no refs/heads/release' });
  git('clone', 'remote', 'set-url', 'origin', `file://${at('nowhere')}`);
  expect(await ask('clone', sha)).toMatchObject({ kind: 'unknown', why: expect.stringContaining('nowhere') });
  git('clone', 'remote', 'remove', 'origin');
  expect(await ask('clone', sha)).toMatchObject({ kind: 'unknown', why: expect.stringContaining("'origin'") });
});

test('in GitHub Actions the checkout’s word counts where the remote cannot be asked any more', async () => {
  const sha = git('clone', 'rev-parse', 'HEAD');
  git('clone', 'remote', 'set-url', 'origin', `file://${at('nowhere')}`);
  const env = { GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'login' };
  expect(await ask('clone', sha, {}, env)).toMatchObject({ kind: 'yes' });
  expect(await ask('clone', commit('clone', 'made in the job'), {}, env)).toMatchObject({ kind: 'no' });
});

test('an environment that is not protected asks nobody', async () => {
  expect(await ask('clone', 'any', { protected: false })).toBeUndefined();
});
