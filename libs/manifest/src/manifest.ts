import type { DatabaseTarget, TargetConfig } from './config';
import type { Edge, Order, OrderSubject } from './order';
import { edgesInCommands, orderFrom } from './order';
import { GOLDEN_IMAGE_SCRIPT } from './schema/golden-image';
import type { ManifestData } from './schema/manifest';
import { trimmed } from './schema/paths';
import type { TargetLayer } from './schema/target';
import type { ManifestSource } from './source';

/** An environment as far as it is known without its values. */
export interface EnvironmentEntry {
  readonly name: string;
  /** JSON file, relative to the workspace, that has to be there for this environment; undefined = none. */
  readonly valuesFile?: string;
}

/** A checked manifest: all of it is known to be right, save what an environment's values will add. */
export interface Manifest {
  /** Its name for messages. */
  readonly file: string;
  /**
   * Every target as it is before an environment changes it. `dependsOn` holds what is declared or found in a hook in
   * any environment, so that one task graph fits them all.
   */
  readonly targets: readonly TargetConfig[];
  /** Targets that are databases, in the same way. */
  readonly databases: readonly DatabaseTarget[];
  readonly environments: readonly EnvironmentEntry[];
  /** Names of the targets that are the agent of a golden image, in any environment. */
  readonly goldenImages: readonly string[];
  /** Names of the targets that are given encrypted values, in any environment. */
  readonly withSecrets: readonly string[];
  /** What was written, for `resolveEnvironment`. Numbers and choices of environments may still be `${name}`. */
  readonly written: { readonly data: ManifestData; readonly source: ManifestSource };
}

const HOOKS = [
  'pre_deploy',
  'post_deploy',
  'restart',
  'install',
  'build_command',
] as const satisfies readonly (keyof TargetLayer)[];

/** The commands of some layers, each under its key. */
export const commandsOf = (layers: readonly TargetLayer[]): OrderSubject['commands'] =>
  layers.flatMap((layer) =>
    HOOKS.flatMap((key) => {
      const text = layer[key];
      return typeof text === 'string' ? [{ key, text }] : [];
    }),
  );

/** What is written about a target anywhere; variables in it are compared as they stand. */
const everywhere = (data: ManifestData, name: string): readonly TargetLayer[] => {
  const environments = Object.values(data.environments ?? {});
  const overrides = environments.flatMap(({ targets = {} }) => (Object.hasOwn(targets, name) ? [targets[name]] : []));
  return [data.targets[name], ...overrides, data.defaults].filter((layer) => layer !== undefined);
};

/** The targets that are a golden image before any environment is chosen, or by what one of them says. */
export const goldenImagesAnywhere = (data: ManifestData): readonly string[] =>
  Object.keys(data.targets).filter((name) =>
    everywhere(data, name).some(
      ({ golden_image: written, post_deploy: hook }) =>
        Boolean(written) || (written === undefined && hook?.includes(GOLDEN_IMAGE_SCRIPT)),
    ),
  );

/** The targets that are given encrypted values before any environment is chosen, or by what one of them says. */
export const withSecretsAnywhere = (data: ManifestData): readonly string[] =>
  Object.keys(data.targets).filter((name) => everywhere(data, name).some(({ secrets = [] }) => secrets.length > 0));

/** One order for all environments; where two of them contradict each other, the one that is written first wins. */
export const orderEverywhere = (data: ManifestData): Order => {
  const layers = Object.keys(data.targets).map((name) => [name, everywhere(data, name)] as const);
  const declared: readonly Edge[] = layers.flatMap(([target, written]) =>
    written
      .flatMap(({ depends_on: names }) => (Array.isArray(names) ? names : []))
      .map((before) => ({ target, before })),
  );
  const subjects = layers.map(([name, written]) => ({
    name,
    commands: commandsOf(written),
    paths: written.flatMap(({ path }) => (path === undefined ? [] : [trimmed(path)])),
  }));
  return orderFrom([...declared, ...edgesInCommands(subjects)]).order;
};
