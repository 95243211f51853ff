import { type ExecutorContext, getOutputsForTargetAndConfiguration, type ProjectGraphProjectNode } from '@nx/devkit';
import { artifactUnclear } from '@polydev/errors';
import type { TargetConfig } from '@polydev/manifest';
import { resolve } from 'node:path';

/**
 * Folder that holds what is deployed, as an absolute path: what the manifest names, else the one output of the
 * project's build; the project itself where the host builds. Throws ARTIFACT_UNCLEAR.
 */
export const artifactDirectory = (target: TargetConfig, context: ExecutorContext, manifest: string): string => {
  const project = context.projectName ?? '';
  const node = context.projectGraph.nodes[project];
  if (target.artifact !== undefined) return resolve(context.root, target.artifact);
  if (target.build === 'server') return resolve(context.root, node?.data.root ?? '.');
  const outputs = node === undefined ? [] : buildOutputs(node, context);
  const [output, second] = outputs;
  if (output === undefined || second !== undefined || isPattern(output)) {
    throw artifactUnclear({ file: manifest, target: target.name, project, outputs });
  }
  return resolve(context.root, output);
};

/** Outputs of the build that ran before this task, else of the one that would have. */
const buildOutputs = (node: ProjectGraphProjectNode, context: ExecutorContext): readonly string[] => {
  const tasks = Object.values(context.taskGraph?.tasks ?? {});
  const build = tasks.find(({ target }) => target.project === node.name && target.target === 'build');
  if (build !== undefined) return build.outputs;
  if (node.data.targets?.['build'] === undefined) return [];
  const configuration = context.configurationName;
  return getOutputsForTargetAndConfiguration(
    { project: node.name, target: 'build', ...(configuration === undefined ? {} : { configuration }) },
    {},
    node,
  );
};

const isPattern = (output: string): boolean => /[*?{}[\]!]/.test(output);
