import { isOpsError, type OpsError } from '@polydev/errors';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import type { Finding } from '@polydev/operations';
import { listNames, readSecrets, requireIdentity } from '@polydev/secrets';
import { missingSecrets, needSecrets } from './environment-secrets';
import { identityEnvironment } from './identity';

export interface LookAtSecretsInput {
  readonly environment: EnvironmentConfig;
  readonly targets: readonly TargetConfig[];
  readonly root: string;
}

/** Looks whether what targets are to be given can be decrypted here, and is all there; tells everything that is wrong. */
export const lookAtSecrets = async (input: LookAtSecretsInput): Promise<readonly Finding[]> => {
  const { environment, targets, root } = input;
  if (!needSecrets(targets)) return [];
  const place = { root, environment: environment.name };
  const env = identityEnvironment();
  const listed = await attempt(() => missingSecrets(listNames(place), targets));
  // A file that cannot be read says nothing of the identity, which may be the next thing that is missing.
  const opened = await attempt(async () =>
    listed.error === undefined ? (await readSecrets({ ...place, env })).notes : (await requireIdentity(env)).notes,
  );
  const errors = [listed.error ?? [], listed.value ?? [], opened.error ?? []].flat();
  const notes = [...(env['AGE_IDENTITY'] ? [IN_ENVIRONMENT] : []), ...(opened.value ?? [])];
  return [...errors.map(findingOf), ...notes.map(warningOf)];
};

const attempt = async <T>(look: () => T | Promise<T>): Promise<{ readonly value?: T; readonly error?: OpsError }> => {
  try {
    return { value: await look() };
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return { error };
  }
};

const IN_ENVIRONMENT =
  'AGE_IDENTITY is in the environment of every program of this run, builds and their packages too. A file that AGE_IDENTITY_FILE names is not.';

const findingOf = ({ code, message, hint }: OpsError): Finding => ({ level: 'error', code, message, hint });
const warningOf = (message: string): Finding => ({ level: 'warning', code: 'IDENTITY_OPEN', message, hint: '' });
