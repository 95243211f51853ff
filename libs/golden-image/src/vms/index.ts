export { claimNetwork, type NetworkClaim } from './claim-network';
export { releaseClaims } from './claims';
export { liveLeases, type Lease } from './lease';
export { listVms, type DriverOf } from './list';
export { startFailure, startVms, type StartOutcome } from './start';
export type { StartRequest } from './start-one';
export { stopVms, type StopRequest } from './stop';
