import type { Env } from './find-identities';

/** What holds an identity, or says where one is. */
const VARIABLES = ['AGE_IDENTITY', 'AGE_IDENTITY_FILE'] as const;

/** What was taken from this process's environment. */
const taken: Record<string, string> = {};

/**
 * The environment to read an identity with. What names one is taken out of the environment of this process, so that no
 * program that it starts from here on is given it.
 */
export const takeIdentity = (environment: NodeJS.ProcessEnv): Env => {
  for (const name of VARIABLES) {
    const value = environment[name];
    if (value !== undefined) taken[name] = value;
    Reflect.deleteProperty(environment, name);
  }
  return { ...environment, ...taken };
};
