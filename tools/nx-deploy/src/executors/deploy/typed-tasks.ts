import type { ExecutorContext, Task } from '@nx/devkit';
import { PLUGIN } from '../../plugin-options';
import { parseOptions, type OptionKinds } from '../options';

/** A deploy that the user typed, and not one that runs because another needs it. */
export interface TypedTask {
  readonly id: string;
  /** Name in the manifest. */
  readonly target: string;
  /** What Nx hands to it as options. */
  readonly given: Readonly<Record<string, unknown>>;
}

/**
 * The deploys of this run that were typed: Nx hands options to them alone, and nothing else of the run needs those it
 * hands none.
 */
export const typedDeploys = ({ taskGraph, projectGraph }: ExecutorContext): readonly TypedTask[] => {
  if (taskGraph === undefined) return [];
  const needed = new Set(Object.values(taskGraph.dependencies).flat());
  return Object.values(taskGraph.tasks).flatMap((task) => {
    const { project, target } = task.target;
    const found = projectGraph.nodes[project]?.data.targets?.[target];
    const name = (found?.options as { target?: unknown } | undefined)?.target;
    const isDeploy = found?.executor === `${PLUGIN}:deploy` && typeof name === 'string';
    if (!isDeploy || (needed.has(task.id) && unparsed(task).length === 0)) return [];
    return [{ id: task.id, target: name, given: givenBy(task) }];
  });
};

/** Throws OPTION_INVALID when a deploy of this run will refuse its options, so that none it depends on goes live for nothing. */
export const refuseTypedOptions = (kinds: OptionKinds, context: ExecutorContext): void => {
  for (const { id, given } of typedDeploys(context)) {
    const task = id.split(':').slice(0, 2).join(':');
    parseOptions(kinds, { task, help: `nx run ${task} --help`, given });
  }
};

const unparsed = ({ overrides }: Task): readonly unknown[] => {
  const words: unknown = overrides['__overrides_unparsed__'];
  return Array.isArray(words) ? words : [];
};

const givenBy = (task: Task): Readonly<Record<string, unknown>> => {
  const { __overrides_unparsed__: words, ...given } = task.overrides;
  return { ...given, __unparsed__: words ?? [] };
};
