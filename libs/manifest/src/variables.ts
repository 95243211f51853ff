import type { ManifestProblem } from '@polydev/errors';
import type { z } from 'zod';
import type { TargetConfig } from './config';
import { Secret } from './config';
import { defined } from './defined';
import { check } from './schema/check';
import { duration, toMilliseconds } from './schema/duration';
import type { HostParts } from './schema/host';
import { hostParts } from './schema/host';
import { choice, text } from './schema/leaves';
import type { VariableName } from './variable-names';

/** `process.env`, or what a test puts in its place. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** What the variables change; a key that is missing was not set. */
export interface VariableSettings {
  readonly servers?: readonly HostParts[];
  readonly user?: string;
  readonly password?: Secret;
  readonly strategy?: TargetConfig['strategy'];
  readonly goldenImageRebuild?: TargetConfig['goldenImageRebuild'];
  readonly healthTimeoutMs?: number;
  readonly rollbackOnFailure?: TargetConfig['rollbackOnFailure'];
}

/** The variable's value; empty is not set, as it is in CI where a secret is missing. */
export const valueOf = (env: EnvironmentVariables, name: VariableName): string | undefined =>
  env[name]?.trim() || undefined;

/** As it is, save for the line's end that a secret read from a file has. */
const passwordIn = (env: EnvironmentVariables): string | undefined =>
  env['DEPLOY_PASSWORD']?.replace(/\r?\n$/, '') || undefined;

const ROLLBACK = {
  true: 'deployment',
  false: false,
  deployment: 'deployment',
  target: 'target',
  host: 'host',
} as const;

const serversOf = (written: string, problems: ManifestProblem[]): readonly HostParts[] =>
  written.split(',').flatMap((entry, index) => {
    const parts = hostParts(entry.trim());
    if (typeof parts !== 'string') return [parts];
    problems.push({ path: 'DEPLOY_SERVER', message: `entry ${index + 1} ${parts}` });
    return [];
  });

/** Reads the settings that hold for every environment, and for production its hosts; every bad value is a problem of its own. */
export const readVariables = (env: EnvironmentVariables, production: boolean) => {
  const problems: ManifestProblem[] = [];
  const read = <T extends z.ZodType>(name: VariableName, schema: T): z.infer<T> | undefined => {
    const written = valueOf(env, name);
    if (written === undefined) return undefined;
    const { findings, valid } = check(schema, written);
    problems.push(...findings.map(({ message }) => ({ path: name, message })));
    return valid;
  };
  const servers = production ? valueOf(env, 'DEPLOY_SERVER') : undefined;
  const password = production ? passwordIn(env) : undefined;
  const timeout = read('HEALTH_CHECK_TIMEOUT', duration());
  const rollback = read('ROLLBACK_ON_FAILURE', choice(['true', 'false', 'deployment', 'target', 'host']));
  const settings: VariableSettings = defined({
    servers: servers === undefined ? undefined : serversOf(servers, problems),
    user: production ? read('DEPLOY_USER', text('a user name')) : undefined,
    password: password === undefined ? undefined : new Secret(password),
    strategy: read('DEPLOY_STRATEGY', choice(['rolling', 'blue-green'])),
    goldenImageRebuild: read('GOLDEN_IMAGE_REBUILD', choice(['auto', 'manual'])),
    healthTimeoutMs: timeout === undefined ? undefined : toMilliseconds(timeout),
    rollbackOnFailure: rollback === undefined ? undefined : ROLLBACK[rollback],
  });
  return { settings, problems };
};
