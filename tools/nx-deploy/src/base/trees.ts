import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
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
  withIndex((env) => {
    const index = resolve(root, git(root, ['rev-parse', '--git-path', 'index']));
    // With the index's times git need not read files that did not change.
    if (existsSync(index)) copyFileSync(index, env.GIT_INDEX_FILE);
    git(root, ['add', '--all', ':/'], { env });
    return git(root, ['write-tree'], { env });
  });

/** The tree without files; written, because git knows its name without having it. */
export const writeEmptyTree = (root: string): string =>
  git(root, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' });

/** Whether a commit or tree and its list of files are in this clone. */
export const hasTree = (root: string, treeish: string): boolean =>
  tryGit(root, ['cat-file', '-e', `${treeish}^{tree}`]) !== undefined;

const withIndex = <T>(use: (env: { readonly GIT_INDEX_FILE: string }) => T): T => {
  const directory = mkdtempSync(join(tmpdir(), 'polydev-index-'));
  try {
    return use({ GIT_INDEX_FILE: join(directory, 'index') });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
