import type { ExecutorContext, ProjectGraph } from '@nx/devkit';
import type { SchemaVersions } from '@polydev/contract';
import { isOpsError, releaseNeedsNewerSchema } from '@polydev/errors';
import type { DatabaseTarget, EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import type { TargetSchemas } from '@polydev/operations';
import type { TaskTools } from '../executors/reporting-errors';
import { matchTargets } from '../inference/match-targets';
import { type DatabaseInput, migrationsOf } from './connect';
import { engine } from './engine';
import { pendingOf, statusOfDatabase } from './status';

/** The databases that a target depends on, by its project's dependencies or by the manifest, through whatever lies between. Pure. */
export const databasesBelow = (
  target: Pick<TargetConfig, 'name'>,
  { targets, databases = [] }: Pick<EnvironmentConfig, 'targets' | 'databases'>,
  graph: ProjectGraph,
): readonly DatabaseTarget[] => {
  const all = [...targets, ...databases];
  const names = all.map(({ name }) => name);
  const { matched } = matchTargets(names, Object.values(graph.nodes));
  const projects = new Map(matched.map(({ target: name, project }) => [name, project.name]));
  const declared = new Map(
    all.flatMap(({ name, dependsOn }) => {
      const before = dependsOn.flatMap((one) => projects.get(one) ?? []);
      return [[projects.get(name), before] as const];
    }),
  );
  const below = new Set<string>();
  const visit = (project: string): void => {
    if (below.has(project)) return;
    below.add(project);
    graph.dependencies[project]?.forEach((one) => visit(one.target));
    declared.get(project)?.forEach(visit);
  };
  visit(projects.get(target.name) ?? '');
  return databases.filter(({ name }) => below.has(projects.get(name) ?? ' '));
};

export type SchemasInput = Omit<DatabaseInput, 'database' | 'root'> & {
  readonly target: TargetConfig;
  readonly context: ExecutorContext;
};

/**
 * What a target's release needs of the databases that it depends on, and what they have; nothing where there are none.
 * Throws RELEASE_NEEDS_NEWER_SCHEMA, and what keeps a database from being asked.
 */
export const schemasFor = async (input: SchemasInput): Promise<{ readonly schemas?: TargetSchemas }> => {
  const { target, environment, context, signal } = input;
  const databases = databasesBelow(target, environment, context.projectGraph);
  if (databases.length === 0) return {};
  const facts = await Promise.all(
    databases.map((database) => lookAt({ environment, database, root: context.root, signal })),
  );
  const behind = facts.flatMap(({ isThere, database, needs, has }) =>
    needs === undefined || isThere ? [] : [{ database, needs, has }],
  );
  if (behind.length > 0) {
    throw releaseNeedsNewerSchema({ target: target.name, environment: environment.name, behind });
  }
  return { schemas: { needs: versionsOf(facts, 'needs'), has: versionsOf(facts, 'has') } };
};

interface SchemaFacts {
  readonly database: string;
  readonly needs: string | undefined;
  readonly has: string | undefined;
  /** Whether what it needs is applied, which a newer migration of another branch does not tell. */
  readonly isThere: boolean;
}

const lookAt = async (input: DatabaseInput): Promise<SchemaFacts> => {
  const { newestVersion } = await engine();
  const [files, { schemaVersion: has, migrations }] = await Promise.all([migrationsOf(input), statusOfDatabase(input)]);
  const needs = newestVersion(files);
  const pending = pendingOf({ migrations }).map(({ version }) => version);
  return { database: input.database.name, needs, has, isThere: needs === undefined || !pending.includes(needs) };
};

const versionsOf = (facts: readonly SchemaFacts[], which: 'needs' | 'has'): SchemaVersions =>
  Object.fromEntries(facts.flatMap((one) => (one[which] === undefined ? [] : [[one.database, one[which]] as const])));

export interface SchemasNowInput extends TaskTools {
  readonly environment: EnvironmentConfig;
  readonly context: ExecutorContext;
}

/**
 * The versions that the databases of some targets have now, for a rollback's notes. What cannot be asked is only said: it
 * must not keep anybody from going back.
 */
export const schemasOf = async (
  targets: readonly TargetConfig[],
  { environment, context, report, signal }: SchemasNowInput,
): Promise<{ readonly schemas?: SchemaVersions }> => {
  const all = targets.flatMap((target) => databasesBelow(target, environment, context.projectGraph));
  const asked = [...new Set(all)].map(async (database) => {
    try {
      const { schemaVersion } = await statusOfDatabase({ environment, database, root: context.root, signal });
      return schemaVersion === undefined ? [] : [[database.name, schemaVersion] as const];
    } catch (error) {
      if (!isOpsError(error)) throw error;
      report({ kind: 'note', text: `${database.name} could not be asked for its schema: ${error.message}` });
      return [];
    }
  });
  return asked.length === 0 ? {} : { schemas: Object.fromEntries((await Promise.all(asked)).flat()) };
};
