export { DATABASE_UNIT, databaseUnit } from './database-unit';
export { makeCluster } from './make-cluster';
export { CONTROLLER, DATABASE, databaseUrl, OWNER } from './names';
export { readPasswords, type Passwords } from './passwords';
export { clearStaleLock, untilReady } from './ready';
