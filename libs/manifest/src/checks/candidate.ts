import type { HostConfig, TargetConfig } from '../config';
import { toHosts } from '../hosts';
import type { KeyPath } from '../problem';
import type { TargetLayers } from '../target-layers';
import { layersOf, pick, toTarget, whereWritten } from '../target-layers';
import type { EnvironmentLayer, ManifestData } from '../schema/manifest';
import { DEFAULT_STATE_DIR } from '../schema/manifest';
import { trimmed } from '../schema/paths';
import type { TargetLayer } from '../schema/target';
import type { VariableSettings } from '../variables';

/** A target as it would be, with the way back to where each of its keys was written. */
export interface Candidate {
  readonly config: TargetConfig;
  readonly layers: TargetLayers;
  readonly where: (key: keyof TargetLayer) => KeyPath;
}

/** All targets of an environment (or before any environment), and where its state lies. */
export interface Candidates {
  readonly targets: readonly Candidate[];
  readonly stateDir: string;
  /** Targets that are databases. */
  readonly databases: readonly TargetLayers[];
  /** Hosts of the environment; undefined before one is chosen. */
  readonly hosts: readonly HostConfig[] | undefined;
  /** Every name that stands below `targets`, also of those that are too broken to be a candidate. */
  readonly names: readonly string[];
}

export interface CandidateInput {
  readonly data: ManifestData;
  readonly names: readonly string[];
  readonly environment?: { readonly name: string; readonly layer: EnvironmentLayer };
  readonly variables?: VariableSettings;
}

/** Lays the layers over each other. */
export const candidatesOf = ({ data, names, environment, variables = {} }: CandidateInput): Candidates => ({
  names,
  hosts: environment === undefined ? undefined : toHosts(environment.layer.hosts ?? [], variables),
  stateDir: trimmed(environment?.layer.state_dir ?? data.state_dir ?? DEFAULT_STATE_DIR),
  targets: layersOf(data, environment)
    .filter((layers) => pick(layers, 'path') !== undefined && pick(layers, 'migrations') === undefined)
    .map((layers) => ({
      layers,
      config: toTarget(layers, variables),
      where: (key) => whereWritten(layers, key),
    })),
  databases: layersOf(data, environment).filter((layers) => pick(layers, 'migrations') !== undefined),
});
