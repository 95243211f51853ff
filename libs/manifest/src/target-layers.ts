import type { HealthCheckConfig, SharedEntry, TargetConfig } from './config';
import { defined } from './defined';
import { toGoldenImage } from './golden-image';
import type { KeyPath } from './problem';
import { toMilliseconds } from './schema/duration';
import type { HealthObject } from './schema/health-check';
import { HEALTH_DEFAULTS, WELL_KNOWN_HEALTH } from './schema/health-check';
import type { EnvironmentLayer, ManifestData } from './schema/manifest';
import { trimmed } from './schema/paths';
import type { TargetLayer } from './schema/target';
import { toRolling, toService, toTraffic } from './service';
import { TARGET_DEFAULTS } from './schema/target';
import type { VariableSettings } from './variables';

/** What is written about one target, nearest first: the environment's keys, the target's own, the defaults for all. */
export interface TargetLayers {
  readonly name: string;
  /** Undefined before an environment is chosen. */
  readonly environment: string | undefined;
  readonly layers: readonly { readonly path: KeyPath; readonly layer: TargetLayer }[];
}

/** The layers of every target, in the order of the manifest. */
export const layersOf = (
  data: ManifestData,
  environment?: { name: string; layer: EnvironmentLayer },
): readonly TargetLayers[] =>
  Object.entries(data.targets).map(([name, target]) => {
    const overrides = environment?.layer.targets ?? {};
    const override = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
    const layers = [
      { path: ['environments', environment?.name ?? '', 'targets', name], layer: override },
      { path: ['targets', name], layer: target },
      { path: ['defaults'], layer: data.defaults },
    ];
    return {
      name,
      environment: environment?.name,
      layers: layers.flatMap(({ path, layer }) => (layer === undefined ? [] : [{ path, layer }])),
    };
  });

/** Where a key was written that counts; the target itself where it was written nowhere. */
export const whereWritten = ({ name, layers }: TargetLayers, key: keyof TargetLayer): KeyPath => {
  const found = layers.find(({ layer }) => layer[key] !== undefined);
  return found === undefined ? ['targets', name] : [...found.path, key];
};

/** What counts of a key: what is written nearest; undefined where that is `null`, or nothing. */
export const pick = <K extends keyof TargetLayer>(
  { layers }: TargetLayers,
  key: K,
): NonNullable<TargetLayer[K]> | undefined =>
  layers.find(({ layer }) => layer[key] !== undefined)?.layer[key] ?? undefined;

/** A target's health check, merged key by key; undefined where it has none. */
export const healthObject = (target: TargetLayers): HealthObject | undefined => {
  const own = target.layers
    .filter(({ path }) => path[0] !== 'defaults')
    .find(({ layer }) => layer.health_check !== undefined);
  if ((own?.layer.health_check ?? undefined) === undefined) return undefined;
  const parts = target.layers.map(({ layer: { health_check: written } }) =>
    typeof written === 'string' ? { url: written } : (written ?? {}),
  );
  const merged = Object.assign({}, ...parts.reverse()) as HealthObject;
  const url = merged.url ?? wellKnown(target.name)?.url;
  return url === undefined ? merged : { ...merged, url };
};

const wellKnown = (name: string) => (Object.hasOwn(WELL_KNOWN_HEALTH, name) ? WELL_KNOWN_HEALTH[name] : undefined);

const expectedBody = (name: string, { body, url = '' }: HealthObject): HealthCheckConfig['body'] => {
  if (body !== undefined) return body ?? undefined;
  const known = wellKnown(name);
  return known !== undefined && URL.canParse(url) && new URL(url).pathname === known.path ? known.body : undefined;
};

const toHealthCheck = (target: TargetLayers, timeoutMs: number | undefined): HealthCheckConfig | undefined => {
  const health = healthObject(target);
  if (health?.url === undefined) return undefined;
  return defined({
    url: health.url,
    status: health.status ?? HEALTH_DEFAULTS.status,
    body: expectedBody(target.name, health),
    timeoutMs: timeoutMs ?? toMilliseconds(health.timeout ?? HEALTH_DEFAULTS.timeout),
    intervalMs: toMilliseconds(health.interval ?? HEALTH_DEFAULTS.interval),
    successes: health.successes ?? HEALTH_DEFAULTS.successes,
  });
};

const toShared = (entry: string): SharedEntry => ({
  path: trimmed(entry),
  kind: entry.endsWith('/') ? 'directory' : 'file',
});

/** Sorted, so that another order in the manifest is no other release. */
const toSecrets = (names: readonly string[]): TargetConfig['secrets'] =>
  names.length === 0 ? undefined : [...names].sort();

const toInstall = (written: string): TargetConfig['install'] =>
  written === 'auto' || written === 'none' ? written : { command: written };

const toRollback = (written: boolean | 'deployment' | 'target' | 'host'): TargetConfig['rollbackOnFailure'] =>
  written === true ? 'deployment' : written;

/**
 * What the target says itself; else DEPLOY_STRATEGY, where the target has all that this takes; else the defaults.
 */
const strategyOf = (target: TargetLayers, variables: VariableSettings): TargetConfig['strategy'] => {
  const own = target.layers.find(({ path, layer }) => path[0] !== 'defaults' && layer.strategy !== undefined);
  if (own?.layer.strategy) return own.layer.strategy;
  const fits = variables.strategy === 'rolling' || (pick(target, 'service') && pick(target, 'traffic'));
  if (variables.strategy !== undefined && fits) return variables.strategy;
  return pick(target, 'strategy') ?? TARGET_DEFAULTS.strategy;
};

const goldenImageOf = (target: TargetLayers): TargetConfig['goldenImage'] =>
  toGoldenImage({
    // `null` says that it is none, so it is not the same as nothing.
    written: target.layers.find(({ layer }) => layer.golden_image !== undefined)?.layer.golden_image,
    postDeploy: pick(target, 'post_deploy'),
    environment: target.environment,
  });

/** One target with everything filled in; `dependsOn` holds what is declared, the order found in hooks comes later. */
export const toTarget = (target: TargetLayers, variables: VariableSettings): TargetConfig => {
  const or = <K extends keyof typeof TARGET_DEFAULTS>(key: K) => pick(target, key) ?? TARGET_DEFAULTS[key];
  const strategy = strategyOf(target, variables);
  const service = pick(target, 'service');
  const traffic = pick(target, 'traffic');
  return defined({
    name: target.name,
    path: trimmed(pick(target, 'path') ?? ''),
    artifact: pick(target, 'artifact'),
    build: or('build'),
    buildCommand: pick(target, 'build_command'),
    install: toInstall(or('install')),
    restart: pick(target, 'restart'),
    healthCheck: toHealthCheck(target, variables.healthTimeoutMs),
    preDeploy: pick(target, 'pre_deploy'),
    postDeploy: pick(target, 'post_deploy'),
    shared: or('shared').map(toShared),
    drop: or('drop'),
    secrets: toSecrets(or('secrets')),
    keep: or('keep'),
    dependsOn: [...new Set(pick(target, 'depends_on') ?? [])],
    strategy,
    rolling: toRolling(pick(target, 'max_parallel'), pick(target, 'pause')),
    rollbackOnFailure: variables.rollbackOnFailure ?? toRollback(or('rollback_on_failure')),
    service: service && toService(service, strategy),
    traffic: traffic && toTraffic(traffic),
    sync: or('sync'),
    goldenImage: goldenImageOf(target),
    goldenImageRebuild: variables.goldenImageRebuild ?? or('golden_image_rebuild'),
    commandTimeoutMs: toMilliseconds(or('command_timeout')),
    url: pick(target, 'url'),
  });
};
