export type { MigrationEvent, NamedMigration, Report } from './events';
export type { Line } from './line';
export { describeEvent } from './describe-event';
export { describePlan, describeResult } from './describe-result';
export { ensureAsTried } from './ensure-as-tried';
export { DEFAULT_LIMITS, type Limits } from './context';
export type { RunInput } from './open-run';
export type { AppliedNow } from './apply-pending';
export { checkPlan, migrate, type MigrateInput, type MigrateResult, type PlanCheck } from './migrate';
