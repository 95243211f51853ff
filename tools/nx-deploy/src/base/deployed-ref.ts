import { hasTree, writeEmptyTree } from './trees';
import { git, tryGit } from './git';

const PREFIX = 'refs/deployed/';

/** The git ref whose files are those that run in an environment, as far as this clone knows. */
export const deployedRef = (environment: string): string => `${PREFIX}${environment}`;

/** The environment whose deployed ref a base names; undefined for any other base. */
export const environmentOfBase = (base: string | undefined): string | undefined =>
  base?.startsWith(PREFIX) ? base.slice(PREFIX.length) : undefined;

/**
 * Where what was deployed from a tree with uncommitted changes is kept: one ref to a tree per environment and deployment,
 * for as long as that is live.
 */
const uncommittedRef = (environment: string, deployment: string): string =>
  `refs/deployed-uncommitted/${environment}/${deployment}`;

export interface DeploymentKey {
  readonly environment: string;
  readonly deployment: string;
}

/** Remembers the tree that a deployment was built from though no commit has it. */
export const rememberUncommitted = (root: string, key: DeploymentKey, tree: string): void => {
  git(root, ['update-ref', uncommittedRef(key.environment, key.deployment), tree]);
};

/** The tree of a deployment with uncommitted changes; undefined when another clone made it. */
export const recallUncommitted = (root: string, key: DeploymentKey): string | undefined =>
  tryGit(root, ['rev-parse', '--verify', '--quiet', uncommittedRef(key.environment, key.deployment)]);

/** Forgets the trees of an environment's deployments that are not live any more. */
export const forgetUncommitted = (root: string, environment: string, live: ReadonlySet<string>): void => {
  for (const ref of refsBelow(root, uncommittedRef(environment, ''))) {
    if (!live.has(ref.slice(ref.lastIndexOf('/') + 1))) git(root, ['update-ref', '-d', ref]);
  }
};

/** Whether an environment's ref says that nothing is known to be live: everything counts as changed. */
export const knowsNothing = (root: string, environment: string): boolean =>
  tryGit(root, ['rev-parse', '--verify', '--quiet', `${deployedRef(environment)}^{tree}`]) === writeEmptyTree(root);

/**
 * Makes a ref to the empty tree for each environment that has none, or one whose commit is gone, so that everything
 * counts as changed there. Returns the environments whose ref was made; none outside of a repository.
 */
export const ensureDeployedRefs = (root: string, environments: readonly string[]): readonly string[] => {
  const existing = new Set(soundRefs(root));
  const lacking = environments.filter((name) => !existing.has(deployedRef(name)));
  if (lacking.length === 0 || tryGit(root, ['rev-parse', '--git-dir']) === undefined) return [];
  const makeable = lacking.filter((name) => isRefName(root, deployedRef(name)));
  const empty = writeEmptyTree(root);
  makeable.forEach((name) => git(root, ['update-ref', deployedRef(name), empty]));
  return makeable;
};

/** The deployed refs whose objects are there. Git refuses to list types when one is not; only then is each looked at. */
const soundRefs = (root: string): readonly string[] => {
  const typed = tryGit(root, ['for-each-ref', '--format=%(objecttype) %(refname)', PREFIX]);
  if (typed !== undefined) return typed.split('\n').map((line) => line.slice(line.indexOf(' ') + 1));
  return refsBelow(root, PREFIX).filter((ref) => hasTree(root, ref));
};

const refsBelow = (root: string, prefix: string): readonly string[] =>
  (tryGit(root, ['for-each-ref', '--format=%(refname)', prefix]) ?? '').split('\n').filter(Boolean);

/** An environment may have a name that git takes for no ref; it then has no base of its own. */
const isRefName = (root: string, ref: string): boolean => tryGit(root, ['check-ref-format', ref]) !== undefined;
