import type { ProjectGraph } from '@nx/devkit';

/** A project graph from what matters of it. */
export const projectGraph = (
  projects: Readonly<Record<string, { root: string; dependsOn?: readonly string[]; inputs?: readonly unknown[] }>>,
): ProjectGraph => ({
  nodes: Object.fromEntries(
    Object.entries(projects).map(([name, { root, inputs }]) => [
      name,
      { name, type: 'app', data: { name, root, targets: inputs ? { build: { inputs: inputs as string[] } } : {} } },
    ]),
  ),
  dependencies: Object.fromEntries(
    Object.entries(projects).map(([source, { dependsOn = [] }]) => [
      source,
      dependsOn.map((target) => ({ source, target, type: 'static' })),
    ]),
  ),
});
