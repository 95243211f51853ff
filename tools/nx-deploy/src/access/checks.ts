import type { ExecutorContext } from '@nx/devkit';
import { checksLeftOut } from '@polydev/errors';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import { PLUGIN } from '../plugin-options';
import { isGuarded } from './rules';

export interface ChecksInput {
  readonly environment: EnvironmentConfig;
  readonly target: Pick<TargetConfig, 'name'> & Partial<Pick<TargetConfig, 'build'>>;
  readonly context: ExecutorContext;
}

/**
 * Throws CHECKS_LEFT_OUT where the run does not have the preflight, test and build of a target before its deploy, in an
 * environment with rules. Nx starts a deploy only when those before it have passed, now or for the very same files before.
 */
export const requireChecks = (input: ChecksInput): void => {
  if (!isGuarded(input.environment)) return;
  const missing = missingChecks(input);
  if (missing.length === 0) return;
  throw checksLeftOut({ environment: input.environment.name, target: input.target.name, missing });
};

/** Checks of a target that do not come before its task in the run. Pure. */
export const missingChecks = ({ target, context }: ChecksInput): readonly string[] => {
  const { projectGraph, projectName: project = '' } = context;
  const own = projectGraph.nodes[project]?.data.targets ?? {};
  const wanted = ['test', ...(target.build === 'local' ? ['build'] : [])].filter((name) => own[name] !== undefined);
  const before = tasksBefore(context);
  const has = (name: string) => before.some((task) => task.project === project && task.target === name);
  const hasPreflight = before.some(
    (task) => projectGraph.nodes[task.project]?.data.targets?.[task.target]?.executor === `${PLUGIN}:preflight`,
  );
  return [...(hasPreflight ? [] : ['preflight']), ...wanted.filter((name) => !has(name))];
};

const tasksBefore = ({ taskGraph, projectName, targetName }: ExecutorContext) => {
  if (taskGraph === undefined) return [];
  const own = Object.values(taskGraph.tasks).find(
    ({ target }) => target.project === projectName && target.target === targetName,
  );
  const found = new Set<string>();
  const visit = (id: string): void =>
    taskGraph.dependencies[id]?.forEach((before) => {
      if (found.has(before)) return;
      found.add(before);
      visit(before);
    });
  visit(own?.id ?? '');
  return [...found].flatMap((id) => taskGraph.tasks[id]?.target ?? []);
};
