import type { ExecutorContext } from '@nx/devkit';
import { notADatabase, projectNotDeployed } from '@polydev/errors';
import {
  type DatabaseTarget,
  type EnvironmentConfig,
  loadEnvironment,
  nearest,
  type TargetConfig,
} from '@polydev/manifest';
import { DEFAULT_MANIFEST } from '../plugin-options';
import type { GivenOptions } from './options';
import { runVariables } from '../run/run-variables';

/** The environment that a task is for. Nx passes no configuration on that the task's target lacks; that is an error here. */
export const environmentOf = (
  context: ExecutorContext,
  { manifest, 'allow-missing-hosts': allowed }: EnvironmentOptions,
): EnvironmentConfig => {
  const asked = runVariables();
  const environment = loadEnvironment({
    root: context.root,
    manifestFile: manifest,
    configuration: context.configurationName ?? asked.configuration,
    env: process.env,
  });
  return allowed === true || asked.allowMissingHosts ? { ...environment, allowMissingHosts: true } : environment;
};

interface EnvironmentOptions {
  readonly manifest?: string;
  /** Holds for every task of a run, though Nx hands it only to those that were typed. */
  readonly 'allow-missing-hosts'?: boolean;
}

/** The environment that was asked for by name, before the manifest is read: what Nx tells a task of itself, else what was typed. */
export const askedConfiguration = (): string | undefined =>
  process.env['NX_TASK_TARGET_CONFIGURATION'] || runVariables().configuration;

/** A target of an environment; throws PROJECT_NOT_DEPLOYED when it has none of that name. */
export const targetOf = (
  environment: EnvironmentConfig,
  { target, manifest }: { readonly target?: string; readonly manifest?: string },
): TargetConfig => {
  const found = environment.targets.find(({ name }) => name === target);
  if (found !== undefined) return found;
  const targets = [...environment.targets, ...(environment.databases ?? [])].map(({ name }) => name);
  const suggestion = nearest(target ?? '', targets);
  throw projectNotDeployed({
    file: manifest ?? DEFAULT_MANIFEST,
    target: target ?? '',
    environment: environment.name,
    targets,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
};

/** The database that a task is for; undefined for a target that has a place on hosts, or that is unknown: see {@link targetOf}. */
export const databaseOf = (
  { databases = [] }: EnvironmentConfig,
  { target }: { readonly target?: string },
): DatabaseTarget | undefined => databases.find(({ name }) => name === target);

/** A database of an environment; throws PROJECT_NOT_DEPLOYED when it has none of that name. */
export const requireDatabase = (
  environment: EnvironmentConfig,
  options: { readonly target?: string; readonly manifest?: string },
): DatabaseTarget => databaseOf(environment, options) ?? noDatabase(environment, options);

const noDatabase = (
  environment: EnvironmentConfig,
  options: { readonly target?: string; readonly manifest?: string },
): never => {
  const { name } = targetOf(environment, options);
  throw notADatabase({ file: options.manifest ?? DEFAULT_MANIFEST, target: name });
};

/** What Nx gave to a task as options, with the task's name. */
export const givenTo = (context: ExecutorContext, given: object): GivenOptions => {
  const task = `${context.projectName}:${context.targetName}`;
  return { task, help: `npx nx run ${task} --help`, given: { ...given } };
};
