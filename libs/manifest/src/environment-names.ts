import type { EnvironmentVariables } from './variables';
import { valueOf } from './variables';

/** The environment that `DEPLOY_SERVER` stands for, with or without the manifest naming it. */
export const PRODUCTION = 'production';

/** The default, so that no deploy reaches production by accident. */
export const SANDBOX = 'sandbox';

/** The environment in force where none is asked for by name. */
export const defaultEnvironment = (env: EnvironmentVariables): string =>
  valueOf(env, 'DEPLOY_SERVER') === undefined ? SANDBOX : PRODUCTION;
