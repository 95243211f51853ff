import type { ExecutorContext } from '@nx/devkit';
import { targetWithoutProject } from '@polydev/errors';
import type { EnvironmentConfig } from '@polydev/manifest';
import { matchTargets } from '../../inference/match-targets';

/** Throws TARGET_WITHOUT_PROJECT when the manifest has targets that no project stands for. */
export const requireProjects = (
  { targets, databases = [] }: EnvironmentConfig,
  context: ExecutorContext,
  file: string,
): void => {
  const projects = Object.values(context.projectGraph.nodes).filter(({ data }) => data.root !== '.');
  const { problems } = matchTargets(
    [...targets, ...databases].map(({ name }) => name),
    projects,
  );
  if (problems.length > 0) {
    throw targetWithoutProject({ file, problems, projects: projects.map(({ name }) => name).sort() });
  }
};
