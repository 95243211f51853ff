import type { TargetConfiguration } from '@nx/devkit';
import { PLUGIN } from '../plugin-options';

/** What the manifest says of a target that decides its tasks. */
export interface DeclaredTarget {
  readonly name: string;
  /** Names of targets that come before it. */
  readonly dependsOn: readonly string[];
  readonly build: 'local' | 'server';
  readonly buildCommand?: string;
  readonly artifact?: string;
  /** Whether it is the agent of a golden image, in any environment. */
  readonly isGoldenImage?: boolean;
  /** Whether it is given encrypted values, in any environment. */
  readonly hasSecrets?: boolean;
  /** Of a database: directory of its migrations, relative to the workspace. */
  readonly migrations?: string;
}

export interface InferenceFacts {
  readonly manifest: string;
  /** Names of all environments; each becomes a configuration. */
  readonly environments: readonly string[];
  /** Name of the project that is the workspace itself and carries `preflight`. */
  readonly rootProject: string;
  /** Names of the Nx projects, by target. */
  readonly projects: ReadonlyMap<string, string>;
}

/** Said of every task of ours. */
export const TECHNOLOGIES = ['polydev-deploy'];

/** A task of one of our executors. */
export const taskOf = (
  executor: string,
  options: Readonly<Record<string, string>>,
  { environments }: Pick<InferenceFacts, 'environments'>,
): TargetConfiguration => ({
  executor: `${PLUGIN}:${executor}`,
  options,
  configurations: Object.fromEntries(environments.map((name) => [name, {}])),
  cache: false,
  // Never cached, so Nx need not hash every file of the project.
  inputs: [],
});
