import { existsSync, readFileSync } from 'node:fs';
import { isOpsError, type OpsError } from '@polydev/errors';
import type { SecretsWorkspace } from './workspace';

const FILE = '.env.production.age';

/**
 * What refuses something that is done in a workspace. The encrypted file has to be as it was, no other to be there, and
 * none of the secrets may be told.
 */
export const refusalOf = async (
  { root, file, files }: SecretsWorkspace,
  secrets: readonly string[],
  doing: () => Promise<unknown>,
): Promise<OpsError> => {
  const before = existsSync(file) ? readFileSync(file) : undefined;
  const error: unknown = await doing().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isOpsError(error)) throw new Error('It was not refused.', { cause: error });
  expect(existsSync(file) ? readFileSync(file) : undefined).toEqual(before);
  expect({ root, other: files().filter((name) => name !== FILE) }).toEqual({ root, other: [] });
  const told = `${error.message} ${error.hint} ${String(error.cause)} ${error.stack}`;
  for (const secret of secrets) expect(told).not.toContain(secret);
  return error;
};
