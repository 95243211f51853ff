import type { PostTasksExecutionContext } from '@nx/devkit';
import { isOpen, readRun } from '../run/deployment-run';
import { foldersOfRun } from '../run/run-folder';
import type { PluginOptions } from '../plugin-options';

/**
 * Closes the deployment of a run whose tasks could not: one failed, was stopped, or never had its turn. Happens after
 * every run of Nx; one that deployed nothing, or was closed by its last task, costs a look at a folder.
 */
export const afterTasks = async (
  options: PluginOptions | undefined,
  context: PostTasksExecutionContext,
): Promise<void> => {
  const runs = foldersOfRun(context.workspaceRoot, context.id).flatMap((folder) => readRun(folder) ?? []);
  const open = runs.filter(isOpen);
  if (open.length === 0) return;
  const { closeAfterTasks } = await import('./close-after-tasks.ts');
  for (const run of open) await closeAfterTasks({ options, context, run });
};
