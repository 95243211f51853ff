export { planMigrations, isDone, type Known, type Plan } from './plan';
export { canBeSettled, refusePlan } from './refuse';
