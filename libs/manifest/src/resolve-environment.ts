import { environmentIncomplete, environmentUnknown, manifestInvalid } from '@polydev/errors';
import { accessOf } from './access';
import type { Candidates } from './checks/candidate';
import { candidatesOf } from './checks/candidate';
import { environmentComplaints } from './checks/environment';
import { kindComplaints } from './checks/kind';
import { targetComplaints } from './checks/targets';
import type { EnvironmentConfig } from './config';
import { toDatabase } from './database';
import { defined } from './defined';
import { defaultEnvironment, PRODUCTION } from './environment-names';
import { toHosts } from './hosts';
import type { Interpolated, Values } from './interpolate';
import { interpolate } from './interpolate';
import type { Manifest } from './manifest';
import { didYouMean, nearest } from './nearest';
import { notesOf } from './notes';
import type { Complaint } from './problem';
import { firstOnly, inFileOrder } from './problem';
import { resolvedOrder } from './resolved-order';
import { check } from './schema/check';
import { valueAt } from './schema/findings';
import type { EnvironmentLayer } from './schema/manifest';
import { environmentSchema } from './schema/manifest';
import { problemAt } from './source';
import type { EnvironmentVariables, VariableSettings } from './variables';
import { readVariables, valueOf } from './variables';

export interface ResolveInput {
  /** Environment asked for by name (`-c`); undefined = the default. */
  readonly configuration?: string | undefined;
  readonly env: EnvironmentVariables;
  /** Content of the environment's values file; undefined = it is not there. */
  readonly values?: Values | undefined;
}

/** The names that `-c` takes: those of the manifest, and production, which DEPLOY_SERVER can make. */
export const environmentNames = (manifest: Manifest): readonly string[] => [
  ...new Set([...manifest.environments.map(({ name }) => name), PRODUCTION]),
];

/** The environment that a run is for: asked for by name, else production where DEPLOY_SERVER is set, else the sandbox. */
export const chooseEnvironment = (manifest: Manifest, { configuration, env }: Omit<ResolveInput, 'values'>): string => {
  const environment = configuration ?? defaultEnvironment(env);
  if (environmentNames(manifest).includes(environment)) return environment;
  const known = manifest.environments.map(({ name }) => name);
  const asked = configuration !== undefined;
  const suggestion = asked ? nearest(environment, environmentNames(manifest)) : undefined;
  throw environmentUnknown(defined({ file: manifest.file, environment, known, asked, suggestion }));
};

/** The environment's section with its values in place; production need not have one. */
const filledIn = (manifest: Manifest, name: string, values: Values | undefined): Interpolated => {
  const file = manifest.environments.find((entry) => entry.name === name)?.valuesFile;
  if (file !== undefined && values === undefined) throw environmentIncomplete(name, { kind: 'values-missing', file });
  return interpolate(valueAt(manifest.written.data, ['environments', name]) ?? {}, values ?? {});
};

const unknownVariables = (name: string, { unknown }: Interpolated, values: Values): readonly Complaint[] =>
  unknown.map(({ path, name: variable }) => ({
    path: ['environments', name, ...path],
    message: `uses \${${variable}}, which has no value${didYouMean(variable, Object.keys(values))}`,
  }));

interface Resolved {
  readonly layer: EnvironmentLayer;
  readonly candidates: Candidates;
  readonly variables: VariableSettings;
}

/** The layers of one environment, checked with its values in; throws MANIFEST_INVALID with everything that is wrong. */
const resolve = (manifest: Manifest, name: string, { env, values }: ResolveInput): Resolved => {
  const { data } = manifest.written;
  const names = Object.keys(data.targets);
  const { settings: variables, problems } = readVariables(env, name === PRODUCTION);
  const section = filledIn(manifest, name, values);
  const { findings, valid: layer = {} } = check(environmentSchema, section.data);
  const environment = { name, layer };
  const candidates = candidatesOf({ data, names, environment, variables });
  const broken = findings.map((finding) => ({ ...finding, path: ['environments', name, ...finding.path] }));
  const complaints = firstOnly(firstOnly(unknownVariables(name, section, values ?? {}), broken), [
    ...kindComplaints({ data, written: data, environment }),
    ...environmentComplaints(environment, names, variables),
    ...targetComplaints(candidates),
  ]);
  const all = inFileOrder([
    ...problems,
    ...complaints.map((complaint) => problemAt(manifest.written.source, complaint)),
  ]);
  if (all.length > 0) throw manifestInvalid(manifest.file, all);
  return { layer, candidates, variables };
};

/**
 * One environment of a manifest, with everything filled in. Pure: paths of keys and known_hosts are as they were written.
 * Throws ENVIRONMENT_UNKNOWN, ENVIRONMENT_INCOMPLETE (no hosts, no values) or MANIFEST_INVALID.
 */
export const resolveEnvironment = (manifest: Manifest, input: ResolveInput): EnvironmentConfig => {
  const name = chooseEnvironment(manifest, input);
  const { layer, candidates, variables } = resolve(manifest, name, input);
  const hosts = toHosts(layer.hosts ?? [], variables);
  if (hosts.length === 0) throw environmentIncomplete(name, { kind: 'hosts' });
  const { targets, order, notes } = resolvedOrder(manifest, candidates);
  const databases = candidates.databases.map((layers) => ({
    ...toDatabase(layers, input.values ?? {}),
    dependsOn: order.get(layers.name) ?? [],
  }));
  const isProtected = layer.protected ?? name === PRODUCTION;
  return defined({
    name,
    protected: isProtected,
    branch: layer.branch ?? (isProtected ? 'main' : undefined),
    ...accessOf(layer),
    hosts: hosts.map((host) => defined({ ...host, knownHostsFile: host.knownHostsFile ?? layer.known_hosts })),
    stateDir: candidates.stateDir,
    targets,
    databases: databases.length === 0 ? undefined : databases,
    allowedSigners: layer.allowed_signers,
    signingKey: valueOf(input.env, 'DEPLOY_SIGNING_KEY') ?? layer.signing_key,
    notes: [...notesOf({ name, layer, candidates, variables, env: input.env }), ...notes],
  });
};
