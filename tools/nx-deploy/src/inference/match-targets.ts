import { nearest } from '@polydev/manifest';

export interface TargetMatch<Project> {
  readonly target: string;
  readonly project: Project;
}
export interface TargetMatches<Project> {
  readonly matched: readonly TargetMatch<Project>[];
  /** One sentence for each target that has no project, or several. */
  readonly problems: readonly string[];
}

/** Finds the project of each target: the one of its name, else the one whose name ends in `/<target>`. */
export const matchTargets = <Project extends { readonly name: string }>(
  targets: readonly string[],
  projects: readonly Project[],
): TargetMatches<Project> => {
  const results = targets.map((target) => ({ target, found: candidates(target, projects) }));
  const names = projects.map(({ name }) => name);
  return {
    matched: results.flatMap(({ target, found: [project, second] }) =>
      project !== undefined && second === undefined ? [{ target, project }] : [],
    ),
    problems: results
      .filter(({ found }) => found.length !== 1)
      .map(({ target, found }) => (found.length === 0 ? noProject(target, names) : severalProjects(target, found))),
  };
};

const candidates = <Project extends { readonly name: string }>(target: string, projects: readonly Project[]) => {
  const exact = projects.filter(({ name }) => name === target);
  return exact.length > 0 ? exact : projects.filter(({ name }) => lastPart(name) === target);
};

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

const noProject = (target: string, names: readonly string[]): string => {
  const near = nearest(target, [...names, ...names.map(lastPart)]);
  return `${target}: there is no such project${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
};

const severalProjects = (target: string, found: readonly { readonly name: string }[]): string =>
  `${target}: ${found.map(({ name }) => name).join(' and ')} both end in it; use the whole name`;
