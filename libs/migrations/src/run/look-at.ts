import { isDone, planMigrations, refusePlan, type Plan } from '../plan';
import { readApplied } from '../store';
import type { MigrateInput } from './migrate';

/**
 * The plan for a database, which is reported, unless something stands against it. Throws MIGRATIONS_DRIFTED, MIGRATIONS_RENAMED,
 * MIGRATIONS_OUT_OF_ORDER, MIGRATION_UNFINISHED.
 */
export const lookAt = async (
  input: Pick<MigrateInput, 'database' | 'migrations' | 'allowOutOfOrder' | 'report'>,
): Promise<Plan> => {
  const { database, migrations, allowOutOfOrder, report } = input;
  const plan = planMigrations(migrations, await readApplied(database));
  const ahead = plan.missing.filter(isDone);
  if (ahead.length > 0) report({ event: 'ahead', migrations: ahead });
  if (plan.pending.length > 0) report({ event: 'pending', migrations: plan.pending });
  refusePlan(plan, { allowOutOfOrder: allowOutOfOrder === true });
  return plan;
};
