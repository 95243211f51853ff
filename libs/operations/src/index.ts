export * from './operations';
export { deployTarget } from './deploy/deploy-target';
export { closeDeployment } from './record/close';
export { statusOfTarget } from './status/status';
export { liveShas } from './status/live-shas';
export { preflight } from './preflight/preflight';
