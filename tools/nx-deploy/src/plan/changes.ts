import type { ProjectGraph } from '@nx/devkit';
import type { LiveRelease, TargetPlan } from '@polydev/operations';
import { recallUncommitted } from '../base/deployed-ref';
import { git, splitNul } from '../base/git';
import { relevanceIn } from '../base/relevance';
import { writeWorkingTree } from '../base/trees';
import { commitsBetween, type CommitList, hasCommit } from './commits';

/** What has changed since what is live on some hosts was deployed, by git and the project graph. */
export interface ChangesSince {
  /** Commit that is live. */
  readonly sha: string;
  readonly hosts: readonly string[];
  /** Undefined where this clone does not have that commit. */
  readonly commits?: {
    readonly added: CommitList;
    /** Live, and not in what would be deployed. */
    readonly goneAgain: CommitList;
  };
  /** Changed files that reach the target, by the project that holds them; undefined where it cannot be told. */
  readonly reached?: readonly Reached[];
}

export interface Reached {
  /** Undefined for files that no project holds. */
  readonly project: string | undefined;
  readonly files: readonly string[];
}

export interface ChangesInput {
  readonly root: string;
  readonly plan: TargetPlan;
  readonly project: string;
  readonly graph: ProjectGraph;
}

/** What has changed for a target since what is live, one entry for each commit that is live on a host. */
export const changesSinceLive = (input: ChangesInput): readonly ChangesSince[] => {
  const bySource = new Map<string, { readonly live: LiveRelease & { readonly sha: string }; hosts: string[] }>();
  for (const { host, live } of input.plan.hosts) {
    if (live?.sha === undefined) continue;
    const key = `${live.sha} ${live.dirty ? live.deployment : ''}`;
    const known = bySource.get(key);
    if (known) known.hosts.push(host);
    else bySource.set(key, { live: { ...live, sha: live.sha }, hosts: [host] });
  }
  return [...bySource.values()].map(({ live, hosts }) => ({ sha: live.sha, hosts, ...changesSince(input, live) }));
};

const changesSince = (
  { root, plan, project, graph }: ChangesInput,
  live: LiveRelease & { readonly sha: string },
): Pick<ChangesSince, 'commits' | 'reached'> => {
  const { owner, reaches } = relevanceIn(graph);
  const touches = (file: string) => reaches(file, project);
  const hasIt = hasCommit(root, live.sha);
  const range = (from: string, to: string) => commitsBetween({ root, from, to, reaches: touches });
  const tree = liveTree(root, plan.environment, { live, hasIt });
  return {
    ...(hasIt ? { commits: { added: range(live.sha, plan.sha), goneAgain: range(plan.sha, live.sha) } } : {}),
    ...(tree === undefined ? {} : { reached: byOwner(changedFiles(root, tree, plan).filter(touches), owner) }),
  };
};

/** The commit or tree that a live release was built from, if this clone has it. */
const liveTree = (
  root: string,
  environment: string,
  { live, hasIt }: { readonly live: LiveRelease & { readonly sha: string }; readonly hasIt: boolean },
): string | undefined => {
  if (!live.dirty) return hasIt ? live.sha : undefined;
  return live.deployment === undefined
    ? undefined
    : recallUncommitted(root, { environment, deployment: live.deployment });
};

/** Paths from the workspace of files that differ between a tree and what would be deployed. */
const changedFiles = (root: string, tree: string, { sha, dirty }: TargetPlan): readonly string[] => {
  const now = dirty ? writeWorkingTree(root) : sha;
  return splitNul(git(root, ['diff', '--name-only', '--no-renames', '--relative', '-z', tree, now, '--']));
};

const byOwner = (files: readonly string[], owner: (file: string) => string | undefined): readonly Reached[] => {
  const projects = new Map<string | undefined, string[]>();
  for (const file of files) {
    const project = owner(file);
    projects.set(project, [...(projects.get(project) ?? []), file]);
  }
  return [...projects].map(([project, own]) => ({ project, files: own }));
};
