import { mustRun } from '@polydev/host';
import { targetLayout } from '../../layout';
import { program } from '../../programs';
import type { DeployContext } from '../context';

export const installSkipped = ({ plan }: DeployContext): string | undefined => {
  if (!plan.dependencies) return 'nothing to install';
  return plan.dependencies.reuse ? 'unchanged: reusing what is installed' : undefined;
};

/** Installs into a folder of its own, named by what decides the result, so that a rollback never installs. */
export const installDependencies = async (context: DeployContext): Promise<string> => {
  const { plan, shell, signal } = context;
  const { home, partial, command, files } = dependencyPaths(context);
  const release = targetLayout(plan.stateDir, plan.target).release(plan.release);
  await mustRun(shell, ['rm', '-rf', '--', partial]);
  await mustRun(shell, ['mkdir', '-p', '--', `${partial}/node_modules`]);
  if (files.length > 0) {
    await mustRun(shell, ['cp', '--archive', '--parents', '--target-directory', partial, '--', ...files], {
      cwd: release,
    });
  }
  await mustRun(shell, ['sh', '-c', command], {
    cwd: partial,
    env: { CI: 'true' },
    signal,
    timeoutMs: plan.commandTimeoutMs,
  });
  await mustRun(shell, ['sync', '--file-system', partial]);
  await mustRun(shell, ['mv', '--no-target-directory', '--', partial, home]);
  return command;
};

export const removeDependencies = async (context: DeployContext): Promise<void> => {
  if (context.plan.dependencies?.reuse !== false) return;
  const { home, partial } = dependencyPaths(context);
  await mustRun(context.shell, ['rm', '-rf', '--', home, partial]);
};

export const linkSkipped = ({ plan }: DeployContext): string | undefined =>
  plan.shared.length === 0 && !plan.dependencies ? 'nothing to link' : undefined;

/** Links what outlives a release into it: shared files, installed dependencies. */
export const linkShared = async (context: DeployContext): Promise<void> => {
  const { plan, shell } = context;
  const layout = targetLayout(plan.stateDir, plan.target);
  const release = layout.release(plan.release);
  const modules = plan.dependencies ? `${dependencyPaths(context).home}/node_modules` : '';
  if (plan.dependencies?.mode === 'copy') {
    await mustRun(shell, ['cp', '--archive', '--reflink=auto', '--', modules, `${release}/`]);
  }
  const entries = plan.shared.flatMap(({ kind, path }) => [kind, path]);
  await mustRun(
    shell,
    program('link', release, plan.dependencies?.mode === 'link' ? modules : '', layout.shared, ...entries),
  );
};

const dependencyPaths = ({ plan }: DeployContext) => {
  if (!plan.dependencies) throw new Error('This plan installs nothing.');
  const home = targetLayout(plan.stateDir, plan.target).dependencies(plan.dependencies.key);
  return { home, partial: `${home}.partial`, command: plan.dependencies.command, files: plan.dependencies.files };
};
