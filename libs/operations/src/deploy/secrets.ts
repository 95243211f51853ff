import { createHash } from 'node:crypto';
import { secretsNotDecrypted } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { EnvironmentConfig, EnvironmentSecrets, TargetConfig, WithheldValues } from '@polydev/manifest';
import { targetLayout } from '../layout';
import type { DeployPlan } from './plan';
import type { TargetState } from './state';

/** What a plan says of the encrypted values that a target's service is given: nothing secret. */
export interface SecretsPlan {
  /** Empty where those that lie on the host are to go. */
  readonly names: readonly string[];
  /** Another one where one of the values was set anew. */
  readonly version: string;
}

/** A hash of the target's names and when each was last set; undefined where it has none. Pure. */
export const secretsVersion = (
  { secrets: names = [] }: Pick<TargetConfig, 'secrets'>,
  environment: EnvironmentSecrets | undefined,
): string | undefined => {
  if (names.length === 0) return undefined;
  const setAt = new Map(environment?.names.map((one) => [one.name, one.setAt]));
  const facts = names.map((name) => [name, setAt.get(name) ?? '']);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
};

/** What a deploy does about a target's encrypted values; undefined where there are none, and none on the host. Pure. */
export const planSecrets = (
  target: Pick<TargetConfig, 'secrets'>,
  environment: EnvironmentSecrets | undefined,
  { secretsPlaced }: Pick<TargetState, 'secretsPlaced'>,
): SecretsPlan | undefined => {
  const version = secretsVersion(target, environment);
  if (version !== undefined) return { names: target.secrets ?? [], version };
  return secretsPlaced ? { names: [], version: '' } : undefined;
};

/** Whether the values on a host are those of the plan; they go there by standard input and are compared there. Looks only. */
export const secretsAsPlanned = async (
  host: Host,
  { secrets, stateDir, target }: Pick<DeployPlan, 'secrets' | 'stateDir' | 'target'>,
  environment: EnvironmentSecrets | undefined,
): Promise<boolean> => {
  if (secrets === undefined) return true;
  if (secrets.names.length === 0) return false;
  if (environment?.values === undefined) return true;
  const { secretsFile } = targetLayout(stateDir, target);
  const stdin = environment.values.fileOf(secrets.names);
  return (await host.exec(['cmp', '--silent', '--', secretsFile, '-'], { stdin })).exitCode === 0;
};

/** Throws SECRETS_NOT_DECRYPTED where a target is to be given values that nobody has decrypted. Pure. */
export const assertDecrypted = (
  { name: target, secrets: names = [] }: Pick<TargetConfig, 'name' | 'secrets'>,
  { name, secrets }: Pick<EnvironmentConfig, 'name' | 'secrets'>,
): void => {
  const known = new Set(secrets?.values === undefined ? [] : secrets.names.map((one) => one.name));
  const missing = names.filter((one) => !known.has(one));
  if (missing.length > 0) throw secretsNotDecrypted({ target, environment: name, missing });
};

/** The decrypted values for the steps of a run, where they are known. */
export const secretsIn = ({
  environment: { secrets },
}: {
  readonly environment: Pick<EnvironmentConfig, 'secrets'>;
}): { readonly secrets?: WithheldValues } => (secrets?.values ? { secrets: secrets.values } : {});
