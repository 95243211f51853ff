export { databaseStatus, type StatusInput } from './database-status';
export { howItEnded, type BegunRun, type RunEnd } from './how-it-ended';
