import type { ProjectGraph } from '@nx/devkit';
import type { LiveSha } from '@polydev/operations';
import { deployedRef, forgetUncommitted, recallUncommitted } from './deployed-ref';
import { git } from './git';
import { composeLiveTree, type LiveTarget } from './live-tree';
import { type Relevance, relevanceIn } from './relevance';
import { hasTree, readTree, type TreeFiles, writeEmptyTree, writeTree } from './trees';

export interface MoveInput {
  readonly root: string;
  readonly environment: string;
  /** Each of the environment's targets with the Nx project that it is. */
  readonly targets: readonly { readonly name: string; readonly project: string }[];
  /** What is live, per target and host. */
  readonly live: readonly LiveSha[];
  readonly graph: ProjectGraph;
}

export interface DeployedBase {
  /** Commit (or the empty tree where nothing is known to be live) that `nx affected` is to compare with. */
  readonly sha: string;
  /** One sentence for each target of which it is not known what it was built from. */
  readonly unknown: readonly string[];
}

/**
 * Moves an environment's deployed ref to what is live there and returns it.
 *
 * It points to a commit without parents whose files are the live ones (see {@link composeLiveTree}). Without parents,
 * because Nx would else compare with the last commit that it and HEAD have in common, and miss what was deployed from
 * another branch.
 */
export const moveDeployedRef = (input: MoveInput): DeployedBase => {
  const sources = input.live.map((live) => ({ live, treeish: sourceOf(input, live) }));
  const sha = writeBase(input, sources);
  git(input.root, ['update-ref', deployedRef(input.environment), sha]);
  forgetUncommitted(
    input.root,
    input.environment,
    new Set(input.live.flatMap(({ deployment }) => (deployment === undefined ? [] : [deployment]))),
  );
  const unknown = sources.filter(({ treeish }) => treeish === undefined).map(({ live }) => whyUnknown(live));
  return { sha, unknown };
};

type Source = { readonly live: LiveSha; readonly treeish: string | undefined };

/** The commit or tree that a live release was built from, if this clone has it. */
const sourceOf = ({ root, environment }: MoveInput, live: LiveSha): string | undefined => {
  if (live.sha === undefined) return undefined;
  if (!live.dirty) return hasTree(root, live.sha) ? live.sha : undefined;
  return live.deployment === undefined
    ? undefined
    : recallUncommitted(root, { environment, deployment: live.deployment });
};

const writeBase = (input: MoveInput, sources: readonly Source[]): string => {
  const newest = newestOf(sources);
  if (newest === undefined) return writeEmptyTree(input.root);
  const treeishes = new Set(sources.flatMap(({ treeish }) => treeish ?? []));
  const trees = new Map([...treeishes].map((treeish) => [treeish, readTree(input.root, treeish)]));
  const tree = writeTree(
    input.root,
    composeLiveTree({
      targets: liveTargets(input, sources, trees),
      newest: trees.get(newest) ?? new Map<string, string>(),
      relevance: relevanceInRepository(input),
      unlike: `100644 ${git(input.root, ['hash-object', '-w', '--stdin'], { input: UNLIKE })}`,
    }),
  );
  return writeCommit(input, sources, tree);
};

const UNLIKE =
  'The target of this project does not run what the newest deployment was built from, or it is not known.\n';

/** The source of the newest deployment; the ids of deployments sort by time. Any would do: it decides only what is called behind. */
const newestOf = (sources: readonly Source[]): string | undefined =>
  sources
    .filter(({ treeish }) => treeish !== undefined)
    .sort((a, b) => (a.live.deployment ?? '').localeCompare(b.live.deployment ?? ''))
    .at(-1)?.treeish;

const liveTargets = (
  { targets }: MoveInput,
  sources: readonly Source[],
  trees: ReadonlyMap<string, TreeFiles>,
): readonly LiveTarget[] =>
  targets.map(({ name, project }) => {
    const own = sources.filter(({ live }) => live.target === name);
    const found = own.map(({ treeish }) => (treeish === undefined ? undefined : trees.get(treeish)));
    return { project, trees: found.length === 0 ? [undefined] : found };
  });

/** Git names files from the repository's root, Nx from the workspace's, which may lie below it. */
const relevanceInRepository = ({ root, graph }: MoveInput): Relevance => {
  const prefix = git(root, ['rev-parse', '--show-prefix']);
  const { owner, reaches } = relevanceIn(graph);
  return {
    owner: (file) => (file.startsWith(prefix) ? owner(file.slice(prefix.length)) : undefined),
    reaches: (file, project) => file.startsWith(prefix) && reaches(file.slice(prefix.length), project),
  };
};

/** One state is one commit, whenever and by whom it is written. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'Polydev Deploy',
  GIT_AUTHOR_EMAIL: 'deploy@localhost',
  GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Polydev Deploy',
  GIT_COMMITTER_EMAIL: 'deploy@localhost',
  GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
} as const;

const writeCommit = ({ root, environment }: MoveInput, sources: readonly Source[], tree: string): string => {
  const lines = sources.map(({ live }) => `${live.target} on ${live.host}: ${sourceText(live)}`).sort();
  const message = `What ${environment} runs\n\n${lines.join('\n')}\n`;
  return git(root, ['commit-tree', '--no-gpg-sign', tree], { env: AUTHOR, input: message });
};

const sourceText = ({ sha, dirty }: LiveSha): string =>
  sha === undefined ? 'nothing' : `${sha}${dirty ? ' and uncommitted changes' : ''}`;

const whyUnknown = (live: LiveSha): string => {
  const where = `${live.target} on ${live.host}`;
  if (live.sha === undefined) return `${where} has no live release`;
  if (live.dirty) return `${where} was deployed from another clone with uncommitted changes to ${live.sha}`;
  return `${where} runs ${live.sha}, which is not in this clone`;
};
