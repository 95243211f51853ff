import type { Relevance } from './relevance';
import type { TreeFiles } from './trees';

/** What one target runs, as a question about files. */
export interface LiveTarget {
  readonly project: string;
  /** Trees that its hosts' releases were built from; undefined where that is not known or nothing is live. */
  readonly trees: readonly (TreeFiles | undefined)[];
}

export interface LiveTreeInput {
  readonly targets: readonly LiveTarget[];
  /** The newest of the trees. */
  readonly newest: TreeFiles;
  readonly relevance: Relevance;
  /** A content that no commit has. */
  readonly unlike: string;
}

/**
 * What is live, as one tree to compare a commit with: the newest of the trees, in which every project of a target that
 * was built from something else has files unlike any commit's, so that it counts as changed until it is deployed.
 *
 * A target that was built from an older tree is up to date when nothing that reaches it differs. So whatever a target
 * was not built from counts as changed for it, whichever way history went: also after a revert, on another branch, or
 * when one target of a deployment failed. A commit of the history cannot say that.
 */
export const composeLiveTree = ({ targets, newest, relevance, unlike }: LiveTreeInput): TreeFiles => {
  const behind = new Set(
    targets
      .filter(({ project, trees }) =>
        trees.some((tree) => tree !== newest && !isLike(project, { tree, newest, relevance })),
      )
      .map(({ project }) => project),
  );
  return new Map(
    [...newest].map(([path, content]) => [path, behind.has(relevance.owner(path) ?? '') ? unlike : content]),
  );
};

/** Whether a project built from one tree is the same as built from the other. */
const isLike = (
  project: string,
  { tree, newest, relevance }: Pick<LiveTreeInput, 'newest' | 'relevance'> & { readonly tree: TreeFiles | undefined },
): boolean =>
  tree !== undefined &&
  ![...new Set([...tree.keys(), ...newest.keys()])].some(
    (path) => tree.get(path) !== newest.get(path) && relevance.reaches(path, project),
  );
