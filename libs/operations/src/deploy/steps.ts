/** The steps of a deploy on one host, in the order of the runbook. Each is safe to run again and to undo half-done. */
export { placeRelease, removeRelease } from './steps/place';
export { installSkipped, installDependencies, removeDependencies, linkSkipped, linkShared } from './steps/dependencies';
export {
  buildSkipped,
  buildOnServer,
  preDeploySkipped,
  runPreDeploy,
  postDeploySkipped,
  runPostDeploy,
} from './steps/commands';
export {
  adoptSkipped,
  adoptShared,
  giveSharedBack,
  keepTheWayBack,
  restartPrevious,
  swap,
  swapBack,
} from './steps/swap';
export { secretsSkipped, placeSecrets, restoreSecrets } from './steps/secrets';
export { restartSkipped, restart, healthSkipped, checkHealth } from './steps/start';
export { recordLive, recordPrevious, pruneSkipped, prune } from './steps/record';
export { keepTheImage, restoreImage, restoreImageBefore } from './steps/images';
export { startRelease, stopRelease, checkSlotHealth } from './steps/slots';
export {
  takeOverSkipped,
  takeOverPort,
  givePortBack,
  moveTraffic,
  moveTrafficBack,
  observeSkipped,
  observe,
  drainSkipped,
  drainPrevious,
} from './steps/traffic';
