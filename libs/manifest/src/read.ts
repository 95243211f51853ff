import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { environmentIncomplete, manifestMissing } from '@polydev/errors';
import type { EnvironmentConfig, HostConfig } from './config';
import { defined } from './defined';
import type { Values } from './interpolate';
import type { Manifest } from './manifest';
import { parseManifest } from './parse-manifest';
import { chooseEnvironment, resolveEnvironment } from './resolve-environment';
import { DEFAULT_KNOWN_HOSTS } from './schema/access';
import { MANIFEST_FILE } from './schema/manifest';
import type { EnvironmentVariables } from './variables';

/** Reads the manifest of a workspace. Throws MANIFEST_MISSING or MANIFEST_INVALID. */
export const readManifest = (root: string, file = MANIFEST_FILE): Manifest => {
  const path = resolve(root, file);
  if (!existsSync(path)) throw manifestMissing(file);
  return parseManifest(readFileSync(path, 'utf8'), file);
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Values from a JSON file; undefined where there is none. What is in it may be secret and is never repeated. */
const readValues = (root: string, environment: string, file: string): Values | undefined => {
  const path = resolve(root, file);
  if (!existsSync(path)) return undefined;
  const unreadable = (reason: string) =>
    environmentIncomplete(environment, { kind: 'values-unreadable', file, reason });
  const values = parsed(readFileSync(path, 'utf8'));
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw unreadable('it is not a JSON object');
  const wrong = Object.entries(values).filter(([, value]) => typeof value !== 'string' && typeof value !== 'number');
  if (wrong.length > 0) throw unreadable(`${wrong.map(([name]) => name).join(', ')} should be text or a number`);
  return values as Values;
};

export interface LoadInput {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Relative to the workspace; undefined = `.deploy.yaml`. */
  readonly manifestFile?: string | undefined;
  /** Environment asked for by name; undefined = the default. */
  readonly configuration?: string | undefined;
  /** `process.env`; HOME stands for `~`. */
  readonly env: EnvironmentVariables;
}

/** Reads the manifest and the values of one environment; see `resolveEnvironment` for the errors. Paths of keys become absolute. */
export const loadEnvironment = ({ root, manifestFile, configuration, env }: LoadInput): EnvironmentConfig => {
  const manifest = readManifest(root, manifestFile);
  const name = chooseEnvironment(manifest, { configuration, env });
  const file = manifest.environments.find((entry) => entry.name === name)?.valuesFile;
  const values = file === undefined ? undefined : readValues(root, name, file);
  const environment = resolveEnvironment(manifest, { configuration, env, values });
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined
      ? undefined
      : resolve(
          root,
          path.replace(/^~(?=\/|$)/, () => env['HOME'] ?? homedir()),
        );
  const pinned = existsSync(resolve(root, DEFAULT_KNOWN_HOSTS)) ? DEFAULT_KNOWN_HOSTS : undefined;
  const here = ({ identityFile, knownHostsFile = pinned, ...host }: HostConfig): HostConfig =>
    defined({ ...host, identityFile: absolute(identityFile), knownHostsFile: absolute(knownHostsFile) });
  return defined({
    ...environment,
    hosts: environment.hosts.map(here),
    allowedSigners: absolute(environment.allowedSigners),
    signingKey: absolute(environment.signingKey),
  });
};
