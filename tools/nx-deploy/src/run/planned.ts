import type { ProjectGraph, TaskGraph } from '@nx/devkit';
import { PLUGIN } from '../plugin-options';

/** A deploy, or another task of ours, among the tasks of a run. */
export interface PlannedDeploy {
  /** Name in the manifest. */
  readonly target: string;
  readonly project: string;
}

/**
 * The deploys of a run, each after those it depends on; in the order of their names where nothing decides. What `migrate`
 * does is a database's deploy.
 */
export const plannedDeploys = (tasks: TaskGraph, projects: ProjectGraph): readonly PlannedDeploy[] =>
  plannedTasks(['deploy', 'migrate'], tasks, projects);

/** The tasks of some executors of ours in a run, each after those it depends on, and every target once. */
export const plannedTasks = (
  executors: readonly string[],
  tasks: TaskGraph,
  projects: ProjectGraph,
): readonly PlannedDeploy[] => {
  const names = executors.map((executor) => `${PLUGIN}:${executor}`);
  const found = inOrder(tasks).flatMap((id) => {
    const { project, target } = tasks.tasks[id]?.target ?? { project: '', target: '' };
    const task = projects.nodes[project]?.data.targets?.[target];
    const name = (task?.options as { target?: unknown } | undefined)?.target;
    return names.includes(task?.executor ?? '') && typeof name === 'string' ? [{ target: name, project }] : [];
  });
  return found.filter(({ target }, index) => found.findIndex((one) => one.target === target) === index);
};

/** The deploys that have to end before one of them may begin, in the order of the run. */
export const deploysBefore = (deploy: string, tasks: TaskGraph, projects: ProjectGraph): readonly PlannedDeploy[] => {
  const before = new Set<string>();
  const visit = (id: string): void =>
    tasks.dependencies[id]?.forEach((one) => {
      if (before.has(one)) return;
      before.add(one);
      visit(one);
    });
  visit(deploy);
  const own = tasks.tasks[deploy]?.target.target;
  const found = new Set(
    [...before]
      .flatMap((id) => tasks.tasks[id]?.target ?? [])
      .flatMap(({ project, target }) => (target === own ? project : [])),
  );
  return plannedDeploys(tasks, projects).filter(({ project }) => found.has(project));
};

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
