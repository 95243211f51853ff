import type { ExecutorContext } from '@nx/devkit';
import type { Report } from '@polydev/reporting';
import { type DatabasePlan, rememberPlan, tellRun } from '../plan/remembered';
import { deployer } from '../run/deployment-run';
import { runVariables } from '../run/run-variables';
import { type DatabaseInput, migrationsOf, shadowOf, withDatabase } from './connect';
import { engine } from './engine';
import { approvalNote, approvalResult } from '../access/plan-approval';
import { databaseDecisions, databasePlanHash } from './expected';
import { pendingOf, statusOf } from './status';
import { teller, tellLines } from './tell';

export interface ShowPlanInput extends DatabaseInput {
  readonly report: Report;
  readonly by: string;
  readonly allowOutOfOrder?: boolean;
  readonly json: boolean;
}

/**
 * Tries what is pending on a shadow and shows what it would change; the database itself is only read. Throws what would
 * keep a run from passing.
 */
export const showDatabasePlan = (input: ShowPlanInput): Promise<boolean> =>
  withDatabase(input, async (database) => {
    const { environment, json } = input;
    const report = json ? resultsOf(input.report) : input.report;
    const { name } = input.database;
    const { checkPlan, describePlan } = await engine();
    const files = await migrationsOf(input);
    const status = await statusOf(database, { ...input, files });
    const hash = databasePlanHash(status);
    report({ kind: 'headline', text: `${name} → ${environment.name} (${database.address}): plan ${hash}` });
    const check = await checkPlan({
      database,
      migrations: files,
      author: { by: input.by },
      report: await teller(report),
      shadow: shadowOf(input.database),
      allowOutOfOrder: input.allowOutOfOrder ?? false,
      signal: input.signal,
    });
    tellOthers(input.root, { version: 'database', target: name, hash, pendingMigrations: pendingOf(status).length });
    const approval =
      pendingOf(status).length === 0 ? undefined : approvalResult(databaseDecisions(status), environment);
    const where = { target: name, environment: environment.name, hash };
    if (json) report({ kind: 'result', value: { ...resultOf(check, where), ...approval } });
    else {
      tellLines(describePlan(check), report);
      approvalNote(approval, { project: name, environment }).forEach(report);
    }
    return true;
  });

/** The plan is the answer, and the only line of it. */
const resultsOf =
  (report: Report): Report =>
  (event) =>
    event.kind === 'result' ? report(event) : undefined;

/** For the plans of what is deployed after it, in the same dry run. */
const tellOthers = (root: string, plan: DatabasePlan): void => {
  const { run } = runVariables();
  rememberPlan(root, plan, new Date());
  if (run !== undefined) tellRun(root, run, plan);
};

/** The same for a task that may also be about another target. */
export const planDatabase = ({
  context,
  ...input
}: Omit<ShowPlanInput, 'root' | 'by'> & { readonly context: ExecutorContext }): Promise<boolean> =>
  showDatabasePlan({ ...input, root: context.root, by: deployer() });

type Check = Awaited<ReturnType<Awaited<ReturnType<typeof engine>>['checkPlan']>>;

const resultOf = (
  { plan, changes, notValidated }: Check,
  where: { readonly target: string; readonly environment: string; readonly hash: string },
) => ({
  ...where,
  schemaVersion: plan.schemaVersion ?? null,
  pending: plan.pending.map(({ version, name, checksum }) => ({ version, name, checksum })),
  changes: changes ?? null,
  notValidated,
});
