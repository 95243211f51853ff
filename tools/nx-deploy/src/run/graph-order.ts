import type { ProjectGraph } from '@nx/devkit';
import type { TargetConfig } from '@polydev/manifest';
import { matchTargets } from '../inference/match-targets';

/**
 * Targets in the order in which they are deployed, each after those it depends on: by the manifest, and by the projects'
 * dependencies, also through projects that are no targets. By name where nothing decides. Pure.
 */
export const inGraphOrder = (targets: readonly TargetConfig[], graph: ProjectGraph): readonly TargetConfig[] => {
  const names = targets.map(({ name }) => name);
  const { matched } = matchTargets(names, Object.values(graph.nodes));
  const targetOfProject = new Map(matched.map(({ target, project }) => [project.name, target]));
  const projectOf = new Map(matched.map(({ target, project }) => [target, project.name]));
  const ordered = new Set<string>();
  const visitTarget = (name: string, path: ReadonlySet<string>): void => {
    if (ordered.has(name) || path.has(name)) return;
    const below = new Set([...path, name]);
    const declared = targets.find((target) => target.name === name)?.dependsOn ?? [];
    const found = targetsBelow(projectOf.get(name) ?? '', { graph, targetOfProject });
    [...declared, ...found].sort().forEach((before) => visitTarget(before, below));
    ordered.add(name);
  };
  names.toSorted().forEach((name) => visitTarget(name, new Set()));
  return [...ordered].flatMap((name) => targets.filter((target) => target.name === name));
};

/** The nearest targets that a project depends on. */
const targetsBelow = (
  project: string,
  facts: { readonly graph: ProjectGraph; readonly targetOfProject: ReadonlyMap<string, string> },
): readonly string[] => {
  const seen = new Set<string>();
  const visit = (name: string): readonly string[] =>
    (facts.graph.dependencies[name] ?? []).flatMap(({ target: dependency }) => {
      if (seen.has(dependency)) return [];
      seen.add(dependency);
      const found = facts.targetOfProject.get(dependency);
      return found === undefined ? visit(dependency) : [found];
    });
  return visit(project);
};
