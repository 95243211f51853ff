import type { ProjectGraph } from '@nx/devkit';
import { dirname } from 'node:path/posix';

/** What a file (path from the workspace's root) means to projects. */
export interface Relevance {
  /** The project whose folder holds a file; none for the root's own files, also where the root is a project. */
  readonly owner: (file: string) => string | undefined;
  /**
   * Whether a change of a file could reach a project: the project that holds it is this one or one that it depends on,
   * or a target's inputs name it. A file that no project holds could reach all.
   */
  readonly reaches: (file: string, project: string) => boolean;
}

/** Reads from the project graph what files mean to its projects. */
export const relevanceIn = (graph: ProjectGraph): Relevance => {
  const roots = new Map(Object.values(graph.nodes).map((node) => [node.data.root || '.', node.name]));
  const owner = (file: string): string | undefined => ownerOf(file, roots);
  const reach = new Map<string, Reach>();
  return {
    owner,
    reaches: (file, project) => {
      const found = reach.get(project) ?? reachOf(graph, project);
      reach.set(project, found);
      const holder = owner(file);
      return (
        holder === undefined || found.closure.has(holder) || found.inputs.some((prefix) => file.startsWith(prefix))
      );
    },
  };
};

const ownerOf = (file: string, roots: ReadonlyMap<string, string>): string | undefined => {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    const owner = roots.get(folder);
    if (owner !== undefined) return owner;
  }
  return undefined;
};

interface Reach {
  /** The project itself and all it depends on. */
  readonly closure: ReadonlySet<string>;
  /** What their targets' inputs name outside of them, each up to its first pattern character. */
  readonly inputs: readonly string[];
}

const reachOf = (graph: ProjectGraph, project: string): Reach => {
  const closure = new Set<string>();
  const visit = (name: string): void => {
    if (closure.has(name) || graph.nodes[name] === undefined) return;
    closure.add(name);
    graph.dependencies[name]?.forEach(({ target }) => visit(target));
  };
  visit(project);
  return { closure, inputs: [...closure].flatMap((name) => foreignInputs(graph, name)) };
};

const foreignInputs = (graph: ProjectGraph, project: string): readonly string[] =>
  Object.values(graph.nodes[project]?.data.targets ?? {})
    .flatMap((target) => target.inputs ?? [])
    .flatMap((input) => (typeof input === 'string' ? [input] : 'fileset' in input ? [input.fileset] : []))
    .filter((input) => input.startsWith('{workspaceRoot}/'))
    .map((input) => input.slice('{workspaceRoot}/'.length).split(/[*?[{(!]/, 1)[0] ?? '')
    .filter((prefix) => prefix !== '');
