import {
  combined,
  migrationsDrifted,
  migrationsOutOfOrder,
  migrationsRenamed,
  migrationUnfinished,
  type OpsError,
} from '@polydev/errors';
import { kindOf } from '../files';
import type { Known, Plan } from './plan';

/**
 * Throws what stands against a plan, all at once: MIGRATIONS_DRIFTED, MIGRATIONS_RENAMED, MIGRATIONS_OUT_OF_ORDER unless they are allowed, and
 * MIGRATION_UNFINISHED for what began, never reported back, and leaves no trace that the database could be asked for.
 */
export const refusePlan = (plan: Plan, { allowOutOfOrder }: { readonly allowOutOfOrder: boolean }): void => {
  const problems = problemsOf(plan, allowOutOfOrder);
  if (problems.length > 0) throw combined(problems);
};

const problemsOf = (
  { drifted, renamed, outOfOrder, running, schemaVersion }: Plan,
  allowOutOfOrder: boolean,
): OpsError[] => {
  const problems: OpsError[] = [];
  if (drifted.length > 0) {
    problems.push(
      migrationsDrifted({
        drifted: drifted.map(({ migration, record }) => ({
          ...migration,
          recorded: record.checksum,
          found: migration.checksum,
        })),
      }),
    );
  }
  if (renamed.length > 0) {
    problems.push(
      migrationsRenamed({ renamed: renamed.map(({ migration, record }) => ({ ...migration, recorded: record })) }),
    );
  }
  if (outOfOrder.length > 0 && !allowOutOfOrder) {
    problems.push(migrationsOutOfOrder({ late: outOfOrder, newest: schemaVersion ?? '' }));
  }
  const opaque = running.filter((one) => !canBeSettled(one));
  if (opaque.length > 0) {
    problems.push(
      migrationUnfinished({
        unfinished: opaque.map(({ migration, record }) => ({ ...migration, by: record.by, since: record.appliedAt })),
      }),
    );
  }
  return problems;
};

/** Whether the next run can find out by itself how an interrupted statement went. */
export const canBeSettled = ({ migration, record }: Known): boolean =>
  migration.checksum === record.checksum && kindOf(migration).kind !== 'opaque';
