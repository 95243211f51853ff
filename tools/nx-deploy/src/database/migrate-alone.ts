import type { Applied } from './apply';
import { deployDatabaseInRun, type DeployDatabaseInRunInput } from './deploy-in-run';

/** Migrates a database and, for programs, tells as a result what was done. Returns whether all went well. */
export const migrateAlone = async (input: DeployDatabaseInRunInput & { readonly json: boolean }): Promise<boolean> => {
  const seen: { applied?: Applied } = {};
  const good = await deployDatabaseInRun({ ...input, onApplied: (applied) => (seen.applied = applied) });
  if (input.json && seen.applied) input.report({ kind: 'result', value: resultOf(seen.applied, input) });
  return good;
};

const resultOf = (
  { outcome, schema, result }: Applied,
  { database, environment }: Pick<DeployDatabaseInRunInput, 'database' | 'environment'>,
) => ({
  target: database.name,
  environment: environment.name,
  outcome,
  from: schema.from ?? null,
  to: schema.to ?? null,
  applied: (result?.applied ?? []).map(({ migration, durationMs }) => ({
    version: migration.version,
    name: migration.name,
    durationMs: Math.round(durationMs),
  })),
  changes: result?.changes ?? [],
  differences: result?.differences ?? [],
  notValidated: result?.notValidated ?? [],
});
