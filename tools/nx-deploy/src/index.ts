import type { CreateNodes, PostTasksExecution, PreTasksExecution } from '@nx/devkit';
import { beforeTasks } from './hooks/before-tasks';
import type { PluginOptions } from './plugin-options';
import { handOverIdentity } from './secrets/hand-over';

// Nx loads this file for every command, so what a command may not need is loaded when it does.

// Before Nx starts anything: git, and tasks with all that they run.
handOverIdentity(process.env);

/** Files that decide what is inferred: the manifest where it is by default, and whatever makes a project. */
const INFERENCE_FILES = '{.deploy.yaml,project.json,package.json,**/project.json,**/package.json}';

/** Nx: gives the projects that the deploy manifest names their `deploy` and `status` tasks. */
export const createNodes: CreateNodes<PluginOptions> = [
  INFERENCE_FILES,
  async (files, options, context) => {
    const { inferNodes } = await import('./inference/create-nodes.ts');
    return inferNodes(files, options, context);
  },
];

/** Nx: the same under the name that older versions look for. */
export const createNodesV2 = createNodes;

/** Nx: before the tasks of every run. */
export const preTasksExecution: PreTasksExecution<PluginOptions> = (_, context) => beforeTasks(context);

/** Nx: after the tasks of every run, also of one that failed or was stopped. */
export const postTasksExecution: PostTasksExecution<PluginOptions> = async (options, context) => {
  const { afterTasks } = await import('./hooks/after-tasks.ts');
  return afterTasks(options, context);
};
