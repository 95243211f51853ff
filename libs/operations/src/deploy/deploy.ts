import type { Runbook } from '@polydev/runbook';
import type { DeployContext } from './context';
import * as step from './steps';

/**
 * Places a new release beside the one that serves, points the path at it by one rename, and keeps it only when it
 * proves healthy. Any failure before the end takes everything back, last step first, so the undo that restarts the
 * previous release stands before the swap: it runs after the path was swapped back.
 */
export const deploy: Runbook<DeployContext> = {
  name: 'deploy',
  steps: [
    { name: 'place release', run: step.placeRelease, undo: step.removeRelease },
    {
      name: 'install dependencies',
      skip: step.installSkipped,
      run: step.installDependencies,
      undo: step.removeDependencies,
    },
    { name: 'adopt shared files', skip: step.adoptSkipped, run: step.adoptShared, undo: step.giveSharedBack },
    {
      name: 'link shared files',
      skip: step.linkSkipped,
      run: step.linkShared,
      noUndo: 'the links go with the release',
    },
    {
      name: 'build on server',
      skip: step.buildSkipped,
      run: step.buildOnServer,
      noUndo: 'what it built goes with the release',
    },
    {
      name: 'run pre_deploy',
      skip: step.preDeploySkipped,
      run: step.runPreDeploy,
      noUndo: 'a hook is the user’s; it must bear being run again',
    },
    { name: 'keep the way back', run: step.keepTheWayBack, undo: step.restartPrevious },
    { name: 'swap', run: step.swap, undo: step.swapBack },
    {
      name: 'restart',
      skip: step.restartSkipped,
      run: step.restart,
      noUndo: 'the way back restarts what the path then points at',
    },
    { name: 'health check', skip: step.healthSkipped, run: step.checkHealth, noUndo: 'only looks' },
    {
      name: 'run post_deploy',
      skip: step.postDeploySkipped,
      run: step.runPostDeploy,
      noUndo: 'a hook is the user’s; it must bear being run again',
    },
    { name: 'record', run: step.recordLive, undo: step.recordPrevious },
  ],
  cleanup: [{ name: 'prune', skip: step.pruneSkipped, run: step.prune, noUndo: 'beyond `keep`' }],
};
