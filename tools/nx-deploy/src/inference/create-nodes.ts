import type { CreateNodesContext, CreateNodesResultArray, ProjectConfiguration } from '@nx/devkit';
import { isOpsError } from '@polydev/errors';
import { environmentNames, readManifest } from '@polydev/manifest';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBases } from '../base/ensure-bases';
import { manifestOf, type PluginOptions } from '../plugin-options';
import { inferTargets, preflightTask } from './infer-targets';
import { matchTargets, type TargetMatch } from './match-targets';
import type { DeclaredTarget, InferenceFacts } from './task-of';
import { workspaceProjects, type WorkspaceProject } from './workspace-projects';

/**
 * Gives every target of the manifest its tasks. A manifest that is wrong breaks no other command: its targets keep
 * their tasks, which say what is wrong when they are run.
 */
export const inferNodes = (
  files: readonly string[],
  options: PluginOptions | undefined,
  { workspaceRoot, nxJsonConfiguration }: CreateNodesContext,
): CreateNodesResultArray => {
  const manifest = manifestOf(options);
  if (!existsSync(join(workspaceRoot, manifest))) return [];
  const projects = workspaceProjects(workspaceRoot, files);
  const declared = readDeclared(workspaceRoot, manifest, projects);
  const { matched, problems } = matchTargets(
    declared.targets.map(({ name }) => name),
    projects.filter(({ root }) => root !== '.'),
  );
  warn(manifest, [...declared.problems, ...problems]);
  ensureBases(workspaceRoot, nxJsonConfiguration, declared.environments);
  return [[manifest, { projects: inferredProjects(manifest, { ...declared, matched, projects }) }]];
};

interface Declared {
  readonly targets: readonly DeclaredTarget[];
  readonly environments: readonly string[];
  /** What is wrong with the manifest, one sentence each. */
  readonly problems: readonly string[];
}

type InferredProject = Omit<ProjectConfiguration, 'root'>;

const inferredProjects = (
  manifest: string,
  found: Declared & {
    readonly matched: readonly TargetMatch<WorkspaceProject>[];
    readonly projects: readonly WorkspaceProject[];
  },
): Record<string, InferredProject> => {
  const rootProject = found.projects.find(({ root }) => root === '.')?.name ?? 'workspace';
  const facts: InferenceFacts = {
    manifest,
    environments: found.environments,
    rootProject,
    projects: new Map(found.matched.map(({ target, project }) => [target, project.name])),
  };
  const targets = new Map(found.targets.map((target) => [target.name, target]));
  return Object.fromEntries<InferredProject>([
    ['.', { name: rootProject, targets: { preflight: preflightTask(facts) } }],
    ...found.matched.flatMap(({ target, project }) => {
      const declared = targets.get(target);
      return declared === undefined
        ? []
        : [[project.root, { targets: inferTargets(declared, project.own, facts) }] as const];
    }),
  ]);
};

const readDeclared = (root: string, file: string, projects: readonly WorkspaceProject[]): Declared => {
  try {
    const manifest = readManifest(root, file);
    const images = new Set(manifest.goldenImages);
    const given = new Set(manifest.withSecrets);
    const targets = manifest.targets.map((target) => ({
      ...target,
      isGoldenImage: images.has(target.name),
      hasSecrets: given.has(target.name),
    }));
    // It has nothing to build.
    const databases = manifest.databases.map((database) => ({ ...database, build: 'server' as const }));
    return { targets: [...targets, ...databases], environments: environmentNames(manifest), problems: [] };
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return { ...guessDeclared(root, file, projects), problems: [error.message] };
  }
};

/** What a manifest that cannot be read probably means: each project that stands in it as a key is a target. */
const guessDeclared = (root: string, file: string, projects: readonly WorkspaceProject[]) => {
  const text = readFileSync(join(root, file), 'utf8');
  const isGoldenImage = /golden_image:|build-golden-snapshot-complete/.test(text);
  const database = text.includes('migrations:') ? { migrations: '' } : {};
  const keys = new Set([...text.matchAll(/^[ \t]+["']?([^\s"':#]+)["']?[ \t]*:/gm)].map(([, key]) => key));
  const names = projects.flatMap(({ name }) => [name, name.slice(name.lastIndexOf('/') + 1)]);
  return {
    targets: [...new Set(names)]
      .filter((name) => keys.has(name))
      .map((name) => ({ name, dependsOn: [], build: 'local' as const, isGoldenImage, ...database })),
    environments: ['sandbox', 'development', 'production'],
  };
};

/** On standard error, so that what Nx prints for programs stays whole. */
const warn = (file: string, problems: readonly string[]): void => {
  if (problems.length > 0) {
    console.error(
      `${file}: nothing will be deployed until this is put right.\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
};
