import { git, tryGit } from '../base/git';

export interface Commit {
  readonly sha: string;
  readonly author: string;
  /** First line of its message. */
  readonly subject: string;
}

/** Commits of a range, newest first: how many there are, and which of them touch a target. */
export interface CommitList {
  readonly total: number;
  readonly touching: readonly Commit[];
}

export interface RangeInput {
  /** The workspace's folder, which may lie below the repository's. */
  readonly root: string;
  /** Commits that have these are left out. */
  readonly from: string;
  readonly to: string;
  /** Whether a change of a file (path from the workspace) reaches the target. */
  readonly reaches: (file: string) => boolean;
}

/** Characters that no name, subject or path of git's can hold as they are: it writes them as `\036`. */
const RECORD = '\u001e';
const FIELD = '\u001f';
const FORMAT = `--format=${RECORD}%H${FIELD}%an${FIELD}%s`;

/** The commits that `to` has and `from` has not. A merge counts by what it changed itself. */
export const commitsBetween = ({ root, from, to, reaches }: RangeInput): CommitList => {
  const options = ['-c', 'core.quotePath=false', 'log', '--relative', '--name-only', '--no-renames', '--cc', FORMAT];
  const records = git(root, [...options, `${from}..${to}`, '--'])
    .split(RECORD)
    .slice(1)
    .map(parse);
  return {
    total: records.length,
    touching: records.filter(({ files }) => files.some(reaches)).map(({ commit }) => commit),
  };
};

const parse = (record: string): { readonly commit: Commit; readonly files: readonly string[] } => {
  const [head = '', ...files] = record.split('\n');
  const [sha = '', author = '', subject = ''] = head.split(FIELD);
  return { commit: { sha, author, subject }, files: files.filter(Boolean) };
};

/** Whether this clone has a commit. What hosts say is not taken for a commit's name unless it looks like one. */
export const hasCommit = (root: string, sha: string): boolean =>
  /^[0-9a-f]{7,64}$/i.test(sha) && tryGit(root, ['cat-file', '-e', `${sha}^{commit}`]) !== undefined;
