import type { DatabaseOutcome, GivenApproval } from '@polydev/operations';
import type { SchemaMove } from '@polydev/contract';
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
  /** Awaited before anything is applied, with the version that is set out for. */
  readonly begin?: (schema: SchemaMove) => Promise<void>;
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
    const begun: SchemaMove[] = [];
    const applied: string[] = [];
    let current: string | undefined;
    const begin = async (schema: SchemaMove) => {
      begun.push(schema);
      await input.begin?.(schema);
    };
    const note = (event: MigrationEvent) => {
      if (event.event === 'started') current = event.migration.version;
      if (event.event === 'applied') applied.push(event.migration.version);
    };
    try {
      return { ...(await apply(database, { ...input, files, note, begin })), ...approved };
    } catch (error) {
      const [aim] = begun;
      if (aim === undefined || !isOpsError(error)) throw error;
      await tellDetail(error, input.report);
      const now = await versionNow(database, { ...input, files });
      if (now === undefined || error.code === 'MIGRATION_OUTCOME_UNKNOWN')
        return { outcome: 'unknown', schema: aim, error, ...approved };
      const leavesNothing = files.find(({ version }) => version === current)?.transaction !== 'none';
      const isAsBefore = applied.length === 0 && now.to === before.schemaVersion && leavesNothing;
      const outcome = isAsBefore ? 'failed' : 'half-way';
      return { outcome, schema: schemaMove(before.schemaVersion, now.to), error, ...approved };
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
    begin,
    ...input
  }: Applying & { note: (event: MigrationEvent) => void; begin: (schema: SchemaMove) => Promise<void> },
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
    onBegin: ({ from, to }) => begin(schemaMove(from, to)),
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

/** After a failure, as the database says; undefined where it cannot be asked any more. */
const versionNow = async (
  database: Database,
  input: Applying,
): Promise<{ readonly to: string | undefined } | undefined> => {
  try {
    return { to: (await statusOf(database, input)).schemaVersion };
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return undefined;
  }
};

/** What PostgreSQL adds to an error often holds rows of the table: it is for the terminal, and for no record. */
const tellDetail = async (error: unknown, report: Report): Promise<void> => {
  const detail = (await engine()).failureOf(error)?.detail;
  if (detail !== undefined) report({ kind: 'note', text: `PostgreSQL adds: ${detail}` });
};

const schemaMove = (from: string | undefined, to: string | undefined): SchemaMove => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
