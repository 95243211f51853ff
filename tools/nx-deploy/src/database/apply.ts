import type { DatabaseOutcome, GivenApproval } from '@polydev/operations';
import { isOpsError } from '@polydev/errors';
import type { Database, MigrateResult, MigrationEvent } from '@polydev/migrations';
import type { Report } from '@polydev/reporting';
import { type DatabaseInput, migrationsOf, shadowOf, withDatabase } from './connect';
import { engine } from './engine';
import type { PlanDecisions } from '../access/approval';
import { databaseDecisions, refuseUnexpected, type AllowedPlans } from './expected';
import { pendingOf, statusOf } from './status';
import { teller, tellLines } from './tell';

export interface ApplyInput extends DatabaseInput {
  readonly report: Report;
  /** `user@machine` of the deployer. */
  readonly by: string;
  /** Id of the deployment that it is part of. */
  readonly deployment: string;
  readonly allowOutOfOrder?: boolean;
  /** Set where only certain plans may be carried out. */
  readonly allowed?: AllowedPlans;
  /** Where a plan needs somebody's approval: throws unless it has it; who gave it. */
  readonly approval?: (plan: PlanDecisions) => Promise<GivenApproval>;
}

/** How applying ended, and what it did, where all went well. */
export interface Applied extends DatabaseOutcome {
  readonly result?: MigrateResult;
}

/**
 * Applies what is pending and says what happens. A failure that comes before anything was begun is thrown; a later one is
 * part of the outcome, with the schema's version as it is then.
 */
export const applyMigrations = (input: ApplyInput): Promise<Applied> =>
  withDatabase(input, async (database) => {
    const files = await migrationsOf(input);
    const before = await statusOf(database, { ...input, files });
    refuseUnexpected(before, input);
    const needsApproval = pendingOf(before).length > 0 ? input.approval : undefined;
    const approved = needsApproval ? { approval: await needsApproval(databaseDecisions(before)) } : {};
    const begun: string[] = [];
    const applied: string[] = [];
    const note = (event: MigrationEvent) => {
      if (event.event === 'started') begun.push(event.migration.version);
      if (event.event === 'applied') applied.push(event.migration.version);
    };
    try {
      return { ...(await apply(database, { ...input, files, note })), ...approved };
    } catch (error) {
      if (begun.length === 0 || !isOpsError(error)) throw error;
      const to = await versionNow(database, { ...input, files, applied, from: before.schemaVersion });
      const outcome = applied.length === 0 && to === before.schemaVersion ? 'failed' : 'half-way';
      return { outcome, schema: schemaMove(before.schemaVersion, to), error, ...approved };
    }
  });

type Applying = ApplyInput & { readonly files: Awaited<ReturnType<typeof migrationsOf>> };

const apply = async (
  database: Database,
  {
    files,
    note,
    report,
    by,
    deployment,
    allowOutOfOrder,
    ...input
  }: Applying & { note: (event: MigrationEvent) => void },
): Promise<Applied> => {
  const { migrate, describeResult, ensureAsTried } = await engine();
  const tell = await teller(report);
  const result = await migrate({
    database,
    migrations: files,
    author: { by, deployment },
    report: (event) => {
      note(event);
      tell(event);
    },
    shadow: shadowOf(input.database),
    allowOutOfOrder: allowOutOfOrder ?? false,
    signal: input.signal,
  });
  tellLines(describeResult(result), report);
  const schema = schemaMove(result.from, result.to);
  try {
    ensureAsTried(result);
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return { outcome: 'half-way', schema, error, result };
  }
  return { outcome: result.applied.length === 0 ? 'unchanged' : 'moved', schema, result };
};

/** After a failure: as the database says, or, where it cannot be asked any more, as far as this run had come. */
const versionNow = async (
  database: Database,
  input: Applying & { readonly applied: readonly string[]; readonly from: string | undefined },
): Promise<string | undefined> => {
  try {
    return (await statusOf(database, input)).schemaVersion;
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return [...(input.from === undefined ? [] : [input.from]), ...input.applied].sort().at(-1);
  }
};

const schemaMove = (from: string | undefined, to: string | undefined) => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
