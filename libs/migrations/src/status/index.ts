export { databaseStatus, type StatusInput } from './database-status';
