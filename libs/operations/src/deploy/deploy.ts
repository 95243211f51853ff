import type { Runbook, Step } from '@polydev/runbook';
import type { DeployContext } from './context';
import type { DeployPlan } from './plan';
import * as step from './steps';

/** Brings a release to the host, whole and ready to run; nothing points at it yet. */
const placing: readonly Step<DeployContext>[] = [
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
];

/**
 * Stands behind the undo that restarts what served, so that on the way back the values are there before it starts; and
 * as late as can be, since a service that falls over meanwhile would be started with them.
 */
export const placingSecrets: Step<DeployContext> = {
  name: 'place secrets',
  skip: step.secretsSkipped,
  run: step.placeSecrets,
  undo: step.restoreSecrets,
};

const afterwards: readonly Step<DeployContext>[] = [
  {
    name: 'run post_deploy',
    skip: step.postDeploySkipped,
    run: step.runPostDeploy,
    noUndo: 'a hook is the user’s; it must bear being run again',
  },
  { name: 'record', run: step.recordLive, undo: step.recordPrevious },
];

/**
 * Places a new release beside the one that serves, points the path at it by one rename, and keeps it only when it
 * proves healthy. Any failure before the end takes everything back, last step first, so the undo that restarts the
 * previous release stands before the swap: it runs after the path was swapped back.
 */
export const deploy: Runbook<DeployContext> = {
  name: 'deploy',
  steps: [
    ...placing,
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
    ...afterwards,
  ],
  cleanup: [{ name: 'prune', skip: step.pruneSkipped, run: step.prune, noUndo: 'beyond `keep`' }],
};

/**
 * Starts the new release beside the one that serves, on a port of its own, and proves it there; only then traffic moves,
 * without a reload. The one before runs on until its last request has ended, and stays warm for a while.
 */
export const deployBlueGreen: Runbook<DeployContext> = {
  name: 'deploy blue-green',
  steps: [
    ...placing,
    placingSecrets,
    { name: 'start release', run: step.startRelease, undo: step.stopRelease },
    { name: 'health check', skip: step.healthSkipped, run: step.checkSlotHealth, noUndo: 'only looks' },
    { name: 'take over the port', skip: step.takeOverSkipped, run: step.takeOverPort, undo: step.givePortBack },
    { name: 'move traffic', run: step.moveTraffic, undo: step.moveTrafficBack },
    { name: 'swap', run: step.swap, undo: step.swapBack },
    { name: 'observe', skip: step.observeSkipped, run: step.observe, noUndo: 'only looks' },
    ...afterwards,
  ],
  cleanup: [
    {
      name: 'drain the release before',
      skip: step.drainSkipped,
      run: step.drainPrevious,
      noUndo: 'the way back starts it again',
    },
    { name: 'prune', skip: step.pruneSkipped, run: step.prune, noUndo: 'beyond `keep`' },
  ],
};

/** The same where the hook after it builds a golden image: what is taken back takes the image back with it. */
const withImage = (runbook: Runbook<DeployContext>): Runbook<DeployContext> => ({
  ...runbook,
  name: `${runbook.name} with image`,
  steps: runbook.steps.flatMap((one) =>
    one.name === 'run post_deploy'
      ? [{ name: 'keep the image', run: step.keepTheImage, undo: step.restoreImageBefore }, one]
      : [one],
  ),
});
const deployWithImage = withImage(deploy);
const deployBlueGreenWithImage = withImage(deployBlueGreen);

/** Every runbook of a deploy: a run in the journal follows one of them, by its name. */
export const deployRunbooks = [deploy, deployBlueGreen, deployWithImage, deployBlueGreenWithImage] as const;

/** The runbook that carries out a plan. */
export const deployRunbook = ({ slots, image }: Pick<DeployPlan, 'slots' | 'image'>): Runbook<DeployContext> => {
  if (image === undefined) return slots === undefined ? deploy : deployBlueGreen;
  return slots === undefined ? deployWithImage : deployBlueGreenWithImage;
};

/** Whether a run by that name was a deploy. */
export const isDeploy = (runbook: string): boolean => deployRunbooks.some(({ name }) => name === runbook);
