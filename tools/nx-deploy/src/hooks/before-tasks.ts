import type { PreTasksExecutionContext } from '@nx/devkit';
import { randomBytes } from 'node:crypto';
import { askedRun } from '../run/asked';
import { setRunVariables } from '../run/run-variables';

/** Ends when the hook of the run that asked before has been answered. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Names the run for its tasks, hands all of them what Nx hands only to those that were typed, and refuses one that has
 * a slip in its options, or that would compare with what another environment runs. Happens before every run of Nx,
 * deploying or not, so it touches neither disk nor network.
 *
 * Under Nx's daemon the hooks of two runs can be under way in one process. Nx notices what a hook sets by a wrapper
 * around the environment, and the wrapper of the second encloses the first's: what the second sets, the first would
 * hand to its tasks too. So each has its turn, writes to the wrapper it was given, and the next waits for Nx's answer.
 */
export const beforeTasks = (context: PreTasksExecutionContext): Promise<void> => {
  const environment = process.env;
  const mine = turn.then(() => prepareRun(environment, context));
  turn = mine.then(answered, answered);
  return mine;
};

/** Nx answers in the turn of the event loop in which the hook ends. */
const answered = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const prepareRun = async (
  environment: NodeJS.ProcessEnv,
  { id, argv, nxJsonConfiguration }: PreTasksExecutionContext,
): Promise<void> => {
  const asked = askedRun(argv.slice(2));
  // Nx makes its id of the command line and the time, so two runs can have the same.
  const { configuration, dryRun, allowMissingHosts, plan, emergency, reason } = asked;
  const run = `${id}-${randomBytes(4).toString('hex')}`;
  setRunVariables({ run, configuration, dryRun, allowMissingHosts, plan, emergency, reason }, environment);
  if (asked.options.length > 0) {
    const { refuseSlips } = await import('./slips.ts');
    refuseSlips(asked);
  }
  if (asked.command === 'affected' && asked.targets.includes('deploy') && !asked.compared) {
    const { refuseForeignBase } = await import('./foreign-base.ts');
    refuseForeignBase(asked, nxJsonConfiguration);
  }
};
