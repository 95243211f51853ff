import type { Runbook } from '@polydev/runbook';
import type { DeployContext } from '../deploy/context';
import { placingSecrets } from '../deploy/deploy';
import type { DeployPlan } from '../deploy/plan';
import * as step from '../deploy/steps';

/**
 * Starts a retained release again. It places nothing, installs nothing and runs no hook, so it is over in a moment; the
 * release that serves keeps serving when the retained one does not become healthy.
 */
export const rollback: Runbook<DeployContext> = {
  name: 'rollback',
  steps: [
    { name: 'keep the way back', run: step.keepTheWayBack, undo: step.restartPrevious },
    placingSecrets,
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

/** The same by traffic: a release that is still warm serves again in a moment, one that is not is started beside. */
export const rollbackBlueGreen: Runbook<DeployContext> = {
  name: 'rollback blue-green',
  steps: [
    placingSecrets,
    { name: 'start release', run: step.startRelease, undo: step.stopRelease },
    { name: 'health check', skip: step.healthSkipped, run: step.checkSlotHealth, noUndo: 'only looks' },
    { name: 'move traffic', run: step.moveTraffic, undo: step.moveTrafficBack },
    { name: 'swap', run: step.swap, undo: step.swapBack },
    { name: 'record', run: step.recordLive, undo: step.recordPrevious },
  ],
  cleanup: [
    {
      name: 'drain the release before',
      skip: step.drainSkipped,
      run: step.drainPrevious,
      noUndo: 'the way back starts it again',
    },
  ],
};

/** The same where the release has a golden image, which goes back with it or keeps it from going. */
const withImage = (runbook: Runbook<DeployContext>): Runbook<DeployContext> => ({
  ...runbook,
  name: `${runbook.name} with image`,
  steps: runbook.steps.flatMap((one) =>
    one.name === 'record'
      ? [{ name: 'restore image', run: step.restoreImage, undo: step.restoreImageBefore }, one]
      : [one],
  ),
});
const rollbackWithImage = withImage(rollback);
const rollbackBlueGreenWithImage = withImage(rollbackBlueGreen);

/** Every runbook of a rollback: a run in the journal follows one of them, by its name. */
export const rollbackRunbooks = [rollback, rollbackBlueGreen, rollbackWithImage, rollbackBlueGreenWithImage] as const;

/** The runbook that carries out a plan to go back. */
export const rollbackRunbook = ({ slots, image }: Pick<DeployPlan, 'slots' | 'image'>): Runbook<DeployContext> => {
  if (image === undefined) return slots === undefined ? rollback : rollbackBlueGreen;
  return slots === undefined ? rollbackWithImage : rollbackBlueGreenWithImage;
};
