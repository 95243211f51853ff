import type { ProjectGraph, TaskGraph } from '@nx/devkit';
import { PLUGIN } from '../plugin-options';

/** A deploy among the tasks of a run. */
export interface PlannedDeploy {
  /** Name in the manifest. */
  readonly target: string;
  readonly project: string;
}

/** The deploys of a run, each after those it depends on; in the order of their names where nothing decides. */
export const plannedDeploys = (tasks: TaskGraph, projects: ProjectGraph): readonly PlannedDeploy[] =>
  inOrder(tasks).flatMap((id) => {
    const { project, target } = tasks.tasks[id]?.target ?? { project: '', target: '' };
    const task = projects.nodes[project]?.data.targets?.[target];
    const name = (task?.options as { target?: unknown } | undefined)?.target;
    return task?.executor === `${PLUGIN}:deploy` && typeof name === 'string' ? [{ target: name, project }] : [];
  });

const inOrder = (tasks: TaskGraph): readonly string[] => {
  const order = new Set<string>();
  const visit = (id: string): void => {
    if (order.has(id)) return;
    [...(tasks.dependencies[id] ?? [])].sort().forEach(visit);
    order.add(id);
  };
  Object.keys(tasks.tasks).sort().forEach(visit);
  return [...order];
};
