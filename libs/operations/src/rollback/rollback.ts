import type { Runbook } from '@polydev/runbook';
import type { DeployContext } from '../deploy/context';
import * as step from '../deploy/steps';

/**
 * Starts a retained release again. It places nothing, installs nothing and runs no hook, so it is over in a moment; the
 * release that serves keeps serving when the retained one does not become healthy.
 */
export const rollback: Runbook<DeployContext> = {
  name: 'rollback',
  steps: [
    { name: 'keep the way back', run: step.keepTheWayBack, undo: step.restartPrevious },
    { name: 'swap', run: step.swap, undo: step.swapBack },
    {
      name: 'restart',
      skip: step.restartSkipped,
      run: step.restart,
      noUndo: 'the way back restarts what the path then points at',
    },
    { name: 'health check', skip: step.healthSkipped, run: step.checkHealth, noUndo: 'only looks' },
    { name: 'record', run: step.recordLive, undo: step.recordPrevious },
  ],
  cleanup: [],
};
