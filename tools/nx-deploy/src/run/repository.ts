import { gitUnusable } from '@polydev/errors';
import { APPROVALS } from '../access/approval-file';
import { tryGit } from '../base/git';
import { hasChanges } from '../base/trees';

/** The workspace's commit, as a deployment records it. */
export interface RepositoryState {
  readonly sha: string;
  /** Whether the tree has changes that the commit does not; files that git does not know count, ignored ones do not. */
  readonly dirty: boolean;
  /** Absent where no branch is checked out. */
  readonly branch?: string;
}

/** Looks at the workspace's repository; throws GIT_UNUSABLE when there is none, or no commit in it. */
export const repositoryState = (root: string): RepositoryState => {
  const sha = commitOf(root);
  const branch = tryGit(root, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
  // An approval that was handed over changes nothing of what is deployed, and is checked by its signature.
  const dirty = hasChanges(root, { except: APPROVALS });
  return { sha, dirty, ...(branch === undefined ? {} : { branch }) };
};

const commitOf = (root: string): string => {
  const sha = tryGit(root, ['rev-parse', '--verify', '--quiet', 'HEAD']);
  if (sha !== undefined) return sha;
  const reason =
    tryGit(root, ['rev-parse', '--git-dir']) === undefined
      ? 'it is not a git repository, or git is not installed'
      : 'nothing has been committed';
  throw gitUnusable({ root, reason });
};
