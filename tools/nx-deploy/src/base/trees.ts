import { copyFileSync, existsSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { git, splitNul, tryGit } from './git';

/** Every file of a tree: path from the repository's root → `<mode> <object>`. */
export type TreeFiles = ReadonlyMap<string, string>;

/** The files of a commit or tree. */
export const readTree = (root: string, treeish: string): TreeFiles =>
  new Map(
    splitNul(git(root, ['ls-tree', '-r', '-z', '--full-tree', treeish])).map((line) => {
      const [facts = '', path = ''] = line.split('\t', 2);
      const [mode = '', , object = ''] = facts.split(' ');
      return [path, `${mode} ${object}`];
    }),
  );

/** Writes a tree of the given files to the repository and returns its object name. */
export const writeTree = (root: string, files: TreeFiles): string =>
  withIndex((env) => {
    const lines = [...files].map(([path, entry]) => `${entry}\t${path}\0`).join('');
    git(root, ['update-index', '-z', '--index-info'], { env, input: lines });
    return git(root, ['write-tree'], { env });
  });

/** The tree of the working directory as it is, ignored files left out; the user's own index is not touched. */
export const writeWorkingTree = (root: string): string =>
  withWholeIndex(root, (env) => {
    git(root, ['add', '--all', ':/'], { env });
    return git(root, ['write-tree'], { env });
  });

/**
 * Whether the working directory holds something that its commit does not, outside of a folder; ignored files do not count.
 * What keeps `git status` from telling, be it a setting, a mark in the index or a replaced commit, is passed over.
 */
export const hasChanges = (root: string, { except }: { readonly except: string }): boolean =>
  withWholeIndex(root, (index) => {
    const options = ['--porcelain', '--untracked-files=normal', '--ignore-submodules=none'];
    const env = { ...index, GIT_NO_REPLACE_OBJECTS: '1' };
    const args = ['-c', 'core.fsmonitor=false', 'status', ...options, '--', ':/', `:(exclude)${except}`];
    return git(root, args, { env }) !== '';
  });

/** The tree without files; written, because git knows its name without having it. */
export const writeEmptyTree = (root: string): string =>
  git(root, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' });

/** Whether a commit or tree and its list of files are in this clone. */
export const hasTree = (root: string, treeish: string): boolean =>
  tryGit(root, ['cat-file', '-e', `${treeish}^{tree}`]) !== undefined;

/**
 * With a copy of the user's index in which git was not told to pass over any file (`--assume-unchanged`,
 * `--skip-worktree`), but for those that are not there: a sparse checkout leaves them out.
 */
const withWholeIndex = <T>(root: string, use: (env: { readonly GIT_INDEX_FILE: string }) => T): T =>
  withIndex((env) => {
    const index = resolve(root, git(root, ['rev-parse', '--git-path', 'index']));
    // With the index's times git need not read files that did not change.
    if (existsSync(index)) copyFileSync(index, env.GIT_INDEX_FILE);
    const input = passedOver(root, env).map((path) => `${path}\0`);
    if (input.length > 0)
      for (const mark of ['--no-assume-unchanged', '--no-skip-worktree'])
        git(root, ['update-index', mark, '-z', '--stdin'], { env, input: input.join('') });
    return use(env);
  });

/** Files that are there and bear a mark to be passed over; `ls-files -v` writes `S`, or a small letter. */
const passedOver = (root: string, env: { readonly GIT_INDEX_FILE: string }): readonly string[] =>
  splitNul(git(root, ['ls-files', '-v', '-z', '--', ':/'], { env }))
    .filter((line) => /^[a-zS] /.test(line))
    .map((line) => line.slice(2))
    .filter((path) => lstatSync(resolve(root, path), { throwIfNoEntry: false }) !== undefined);

const withIndex = <T>(use: (env: { readonly GIT_INDEX_FILE: string }) => T): T => {
  const directory = mkdtempSync(join(tmpdir(), 'polydev-index-'));
  try {
    return use({ GIT_INDEX_FILE: join(directory, 'index') });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
