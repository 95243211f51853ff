import type { ExecutorContext, TargetConfiguration, Task } from '@nx/devkit';

export interface TaskFacts {
  readonly project: string;
  readonly target: string;
  readonly outputs?: readonly string[];
  readonly dependsOn?: readonly string[];
}

/** What Nx gives to a task of `project`, from what matters of it. */
export const taskContext = (facts: {
  readonly root: string;
  readonly project: string;
  readonly tasks?: readonly TaskFacts[];
  readonly targets?: Readonly<Record<string, Readonly<Record<string, TargetConfiguration>>>>;
}): ExecutorContext => {
  const names = [...new Set([facts.project, ...Object.keys(facts.targets ?? {})])];
  const tasks = (facts.tasks ?? []).map(({ project, target, outputs = [] }): Task => ({
    id: `${project}:${target}`,
    target: { project, target },
    overrides: {},
    outputs: [...outputs],
    parallelism: true,
    cache: false,
  }));
  return {
    root: facts.root,
    cwd: facts.root,
    isVerbose: false,
    projectName: facts.project,
    targetName: 'deploy',
    nxJsonConfiguration: {},
    projectsConfigurations: { version: 2, projects: {} },
    projectGraph: {
      nodes: Object.fromEntries(
        names.map((name) => [
          name,
          { name, type: 'app' as const, data: { name, root: `apps/${name}`, targets: { ...facts.targets?.[name] } } },
        ]),
      ),
      dependencies: {},
    },
    taskGraph: {
      roots: [],
      tasks: Object.fromEntries(tasks.map((task) => [task.id, task])),
      dependencies: Object.fromEntries(
        (facts.tasks ?? []).map(({ project, target, dependsOn = [] }) => [`${project}:${target}`, [...dependsOn]]),
      ),
      continuousDependencies: {},
    },
  };
};
