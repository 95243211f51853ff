import type { PreTasksExecutionContext } from '@nx/devkit';
import { randomBytes } from 'node:crypto';
import { askedRun } from '../run/asked';
import { setRunVariables } from '../run/run-variables';

/**
 * Names the run for its tasks, hands all of them what Nx hands only to those that were typed, and refuses one that has
 * a slip in its options, or that would compare with what another environment runs. Happens before every run of Nx,
 * deploying or not, so it touches neither disk nor network.
 */
export const beforeTasks = async ({ id, argv, nxJsonConfiguration }: PreTasksExecutionContext): Promise<void> => {
  const asked = askedRun(argv.slice(2));
  // Nx makes its id of the command line and the time, so two runs can have the same.
  const { configuration, dryRun, plan } = asked;
  setRunVariables({ run: `${id}-${randomBytes(4).toString('hex')}`, configuration, dryRun, plan });
  if (asked.options.length > 0) {
    const { refuseSlips } = await import('./slips.js');
    refuseSlips(asked);
  }
  if (asked.command === 'affected' && asked.targets.includes('deploy') && !asked.compared) {
    const { refuseForeignBase } = await import('./foreign-base.js');
    refuseForeignBase(asked, nxJsonConfiguration);
  }
};
