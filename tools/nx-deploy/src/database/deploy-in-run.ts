import type { ExecutorContext } from '@nx/devkit';
import { deployDatabase } from '@polydev/operations';
import type { DatabaseTarget, EnvironmentConfig } from '@polydev/manifest';
import { auditorOf } from '../audit/auditor-of';
import { approvalWanted, type PlanDecisions } from '../access/approval';
import { deployInRun } from '../executors/deploy/deploy-in-run';
import type { TaskTools } from '../executors/reporting-errors';
import { deployer } from '../run/deployment-run';
import { applyMigrations, type Applied } from './apply';
import type { AllowedPlans } from './expected';

export interface DeployDatabaseInRunInput extends TaskTools {
  readonly environment: EnvironmentConfig;
  readonly database: DatabaseTarget;
  readonly context: ExecutorContext;
  readonly allowOutOfOrder?: boolean;
  readonly allowed?: AllowedPlans;
  /** Told what was applied, before the deployment is closed. */
  readonly onApplied?: (applied: Applied) => void;
}

/** Migrates a database as part of its run's deployment and returns whether its schema is what the files say. */
export const deployDatabaseInRun = (input: DeployDatabaseInRunInput): Promise<boolean> => {
  const { environment, database, context, report, signal, onApplied } = input;
  const { name: target } = database;
  return deployInRun({ environment, target: database, context, report, signal }, async (head) =>
    deployDatabase({
      ...(await auditorOf(context.root, environment)),
      environment,
      target,
      head,
      report,
      signal,
      migrate: async (hosts, begin) => {
        const applied = await applyMigrations({
          ...input,
          ...approvalWanted({ root: context.root, environment }, (plan: PlanDecisions) => plan),
          root: context.root,
          hosts,
          begin,
          by: deployer(),
          deployment: head.id,
        });
        onApplied?.(applied);
        return applied;
      },
    }),
  );
};
