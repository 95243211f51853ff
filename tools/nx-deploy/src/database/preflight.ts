import type { DatabaseStatus } from '@polydev/contract';
import {
  databaseUrlMissing,
  isOpsError,
  migrationsDrifted,
  migrationsOutOfOrder,
  migrationsRenamed,
  type OpsError,
} from '@polydev/errors';
import type { DatabaseTarget } from '@polydev/manifest';
import type { Finding } from '@polydev/operations';
import { type DatabaseInput, shadowOf } from './connect';
import { pendingOf, statusOfDatabase } from './status';

/** Looks whether databases can be reached and their files be applied. Touches none of them. */
export const lookAtDatabases = async (
  databases: readonly DatabaseTarget[],
  input: Omit<DatabaseInput, 'database'>,
): Promise<readonly Finding[]> =>
  (await Promise.all(databases.map((database) => lookAt({ ...input, database })))).flat();

const lookAt = async (input: DatabaseInput): Promise<readonly Finding[]> => {
  const missing = missingShadow(input.database);
  try {
    const status = await statusOfDatabase(input);
    const errors = [...missing, ...refusalsOf(status)];
    return errors.length > 0 ? errors.map((one) => findingOf(one, status.target)) : [noteOf(status)];
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return [...missing, error].map((one) => findingOf(one, input.database.name));
  }
};

const missingShadow = (database: DatabaseTarget): readonly OpsError[] => {
  const { env, urlVariable } = shadowOf(database);
  return urlVariable === undefined || env[urlVariable] ? [] : [databaseUrlMissing({ variable: urlVariable })];
};

/** What a deploy would refuse when its turn came: said before the first one begins. Pure. */
export const refusalsOf = ({ migrations, schemaVersion: newest = '' }: DatabaseStatus): readonly OpsError[] => {
  const drifted = migrations.filter(({ state }) => state === 'drifted');
  const late = migrations.filter(
    ({ state, version }) => (state === 'pending' || state === 'failed') && version < newest,
  );
  const missing = migrations.filter(({ state, failed }) => state === 'missing' && !failed);
  const renamed = pendingOf({ migrations }).flatMap((one) => {
    const recorded = missing.find(({ checksum }) => checksum === one.checksum);
    return recorded ? [{ ...one, recorded }] : [];
  });
  return [
    ...(renamed.length === 0 ? [] : [migrationsRenamed({ renamed })]),
    ...(drifted.length === 0
      ? []
      : [
          migrationsDrifted({
            drifted: drifted.map(({ checksum, appliedChecksum = '', ...one }) => ({
              ...one,
              recorded: appliedChecksum,
              found: checksum,
            })),
          }),
        ]),
    ...(late.length === 0 ? [] : [migrationsOutOfOrder({ late, newest })]),
  ];
};

const findingOf = ({ code, message, hint }: OpsError, database: string): Finding => ({
  level: 'error',
  code,
  message: `${database}: ${message}`,
  hint: code === 'MIGRATIONS_OUT_OF_ORDER' ? `${hint} That is an option of \`npx nx run ${database}:migrate\`.` : hint,
});

const noteOf = (status: DatabaseStatus): Finding => {
  const pending = pendingOf(status).length;
  const schema = status.schemaVersion === undefined ? 'never migrated' : `schema ${status.schemaVersion}`;
  const message = `${status.target} (${status.address}): ${schema}, ${pending === 0 ? 'nothing' : pending} pending`;
  return { level: 'note', code: 'NOTE', message, hint: '' };
};
