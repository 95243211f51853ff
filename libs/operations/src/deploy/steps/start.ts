import { mustRun } from '@polydev/host';
import { targetLayout } from '../../layout';
import { restartUnit } from '../../units/systemctl';
import { waitUntilSettled } from '../../health/settled';
import { waitUntilHealthy } from '../../health/wait';
import type { DeployContext } from '../context';
import { hookEnvironment } from './commands';

export const restartSkipped = ({ plan }: DeployContext) => (plan.restart ? undefined : 'no restart command');
export const healthSkipped = ({ plan }: DeployContext) =>
  plan.healthCheck || plan.unit ? undefined : 'no health check';

export const restart = async (context: DeployContext): Promise<void> => {
  const { plan } = context;
  if (plan.unit === undefined) await runRestart(context, hookEnvironment(plan));
  else await restartUnit(context, plan.unit);
};

/** The manifest's restart command, word for word. It gives up the lock's descriptor, as the service outlives us. */
export const runRestart = ({ plan, shell, signal }: DeployContext, env: Readonly<Record<string, string>>) =>
  mustRun(shell, ['sh', '-c', plan.restart ?? ':'], {
    env,
    keepLock: false,
    signal,
    timeoutMs: plan.commandTimeoutMs,
  });

/** Waits until the new release, and no other, answers as it should. */
export const checkHealth = async ({ plan, shell, signal, swappedAt, note }: DeployContext): Promise<string> => {
  if (!plan.healthCheck) {
    // What no health check asks has at least to stay up.
    if (plan.unit) await waitUntilSettled(shell.host, plan.unit, signal);
    return plan.unit ? `${plan.unit} stays up` : '';
  }
  const layout = targetLayout(plan.stateDir, plan.target);
  const health = await waitUntilHealthy({
    host: shell.host,
    check: plan.healthCheck,
    signal,
    expected: {
      release: plan.release,
      ...(swappedAt === undefined ? {} : { process: { startedAfter: swappedAt, releases: `${layout.home}/releases` } }),
    },
    ...(plan.restart ? { restart: plan.restart } : {}),
    ...(plan.unit ? { unit: plan.unit } : {}),
  });
  if (health.doubt) note(health.doubt);
  if (plan.unit) await waitUntilSettled(shell.host, plan.unit, signal);
  return health.detail;
};
