import { combined, isOpsError, type OpsError, secretsIncomplete } from '@polydev/errors';
import type { EnvironmentConfig, TargetConfig, WithheldValues } from '@polydev/manifest';
import { environmentFileText, type Head, listNames, readSecrets } from '@polydev/secrets';
import type { TaskToolsWithSecrets } from '../executors/reporting-errors';
import { identityEnvironment } from './identity';

export interface SecretsInput extends Pick<TaskToolsWithSecrets, 'withhold'> {
  readonly environment: EnvironmentConfig;
  readonly targets: readonly TargetConfig[];
  /** The workspace's folder. */
  readonly root: string;
}

/** Whether any of the targets is to be given encrypted values. */
export const needSecrets = (targets: readonly TargetConfig[]): boolean =>
  targets.some(({ secrets = [] }) => secrets.length > 0);

/** What targets are to be given that a file has not, one error a target. Pure. */
export const missingSecrets = ({ names, environment }: Head, targets: readonly TargetConfig[]): readonly OpsError[] => {
  const known = new Set(names.map(({ name }) => name));
  return targets.flatMap(({ name: target, secrets = [] }) => {
    const missing = secrets.filter((name) => !known.has(name));
    const file = `.env.${environment}.age`;
    return missing.length === 0 ? [] : [secretsIncomplete({ file, environment, target, missing })];
  });
};

interface Read {
  readonly environment: EnvironmentConfig;
  /** Why the targets cannot be given what they are to be given; undefined also where that is nothing. */
  readonly why?: OpsError;
}

/**
 * The environment with its encrypted values, in the memory of this process, as far as they can be decrypted here: for
 * what is done without them if need be. From here on nothing that the process reports holds one of them.
 */
export const withSecretsIfAny = async ({ environment, targets, root, withhold }: SecretsInput): Promise<Read> => {
  if (!needSecrets(environment.targets)) return { environment };
  try {
    const place = { root, environment: environment.name, env: identityEnvironment() };
    const { head, values: all } = await readSecrets(place);
    const values: WithheldValues = {
      redact: (text) => all.redact(text),
      fileOf: (names) => environmentFileText(all.only(names)),
    };
    withhold(values);
    const missing = missingSecrets(head, targets);
    const why = missing.length > 0 ? { why: combined(missing) } : {};
    return { environment: { ...environment, secrets: { names: head.names, values } }, ...why };
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return { environment, ...(needSecrets(targets) ? { why: error } : {}) };
  }
};

/** The same for a deploy of the targets. Throws what keeps them from being given all that they are to be given. */
export const withSecrets = async (input: SecretsInput): Promise<EnvironmentConfig> => {
  const { environment, why } = await withSecretsIfAny(input);
  if (why !== undefined) throw why;
  return environment;
};

/**
 * The same for a plan: when each value was set, which everybody may read, is all that it has to know. What would keep a
 * deploy from beginning, whoever began it, is a refusal.
 */
export const withSecretsForPlan = async (
  input: SecretsInput,
): Promise<{ readonly environment: EnvironmentConfig; readonly refusals: readonly OpsError[] }> => {
  const { environment, why } = await withSecretsIfAny(input);
  if (why === undefined) return { environment, refusals: [] };
  if (!MINE_ALONE.includes(why.code)) return { environment, refusals: [why] };
  const head = listNames({ root: input.root, environment: environment.name });
  const refusals = missingSecrets(head, input.targets);
  return { environment: { ...environment, secrets: { names: head.names } }, refusals };
};

/** What keeps this person from decrypting, and not somebody else. */
const MINE_ALONE: readonly string[] = ['IDENTITY_MISSING', 'IDENTITY_MALFORMED', 'SECRETS_WRONG_RECIPIENT'];
