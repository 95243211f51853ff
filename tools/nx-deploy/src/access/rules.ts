import { assertRole, type Guarded } from '@polydev/audit';
import { emergencyWithoutReason, isOpsError, type OpsError } from '@polydev/errors';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Finding } from '@polydev/operations';
import type { Report } from '@polydev/reporting';
import { runVariables } from '../run/run-variables';
import { emergencyBegins } from './emergency';
import { type Env, ownRole, whoDeploys } from './who';

/** Whether an environment has any rule on who may deploy, and what. */
export const isGuarded = ({ protected: isProtected, approval, roles }: EnvironmentConfig): boolean =>
  isProtected || approval !== undefined || roles !== undefined;

/** Whether the rules are put aside in this run. Throws EMERGENCY_WITHOUT_REASON. */
export const inEmergency = (task: string): boolean => {
  const { emergency, reason } = runVariables();
  if (emergency && reason === undefined) throw emergencyWithoutReason({ task });
  return emergency;
};

/** Throws ROLE_MISSING (or who could not be told) where whoever runs this may not do something in an environment with roles. */
export const assertMay = async (
  environment: EnvironmentConfig,
  doing: Guarded,
  env: Env = process.env,
): Promise<void> => {
  const { roles } = environment;
  if (roles !== undefined) assertRole({ ...(await ownRole({ ...environment, roles }, env)), doing });
};

/** The same, unless it is an emergency, which is said aloud. */
export const assertMayUnlessEmergency = async (
  environment: EnvironmentConfig,
  doing: Guarded,
  { task, report }: { readonly task: string; readonly report: Report },
): Promise<void> => {
  if (!inEmergency(task)) return assertMay(environment, doing);
  emergencyBegins(environment.name, runVariables().reason).forEach(report);
};

/** What stands against whoever deploys, as findings of a preflight; warnings in an emergency. */
export const findingsOnDeployer = async (
  environment: EnvironmentConfig,
  emergency: boolean,
  env: Env = process.env,
): Promise<readonly Finding[]> => {
  const asks = [
    () => assertMay(environment, 'deploy', env),
    // Whether the approval is an own one can be told only of somebody who is known.
    async () => {
      if (environment.approval) await whoDeploys(environment, `a deploy to ${environment.name}`, env);
    },
  ];
  const errors: OpsError[] = [];
  for (const ask of asks) {
    await ask().catch((error: unknown) => {
      if (!isOpsError(error)) throw error;
      if (!errors.some(({ message }) => message === error.message)) errors.push(error);
    });
  }
  const level = emergency ? 'warning' : 'error';
  return errors.map(({ code, message, hint }) => ({ level, code, message, hint }));
};
