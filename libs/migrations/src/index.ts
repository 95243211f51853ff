/**
 * What an entry needs of migrations:
 *
 *   readMigrations(directory)                     the files, checked; `newestVersion` of them is what a release needs
 *   openDatabase(config, { env, forward })        a database, to be closed; no secret in it but what its driver keeps to itself
 *   migrate({ database, migrations, author, report, shadow: { env, urlVariable? }, allowOutOfOrder? })
 *                                                 applies what is pending: lint, shadow, files, validation. Then `describeResult`
 *                                                 for people and, when the run is recorded, `ensureAsTried` for the exit code
 *   checkPlan(same)                               whether `migrate` would pass: returns or throws; `describePlan` for people
 *   databaseStatus({ database, migrations, target, environment })
 *   howItEnded(database, { deployment, schema })  of a run whose deployer died before it could tell
 *   baseline({ …, version })                      records files as there already
 *   repair({ …, mend: 'nothing' | 'everything' | names })
 *                                                 shows and mends what does not agree; `describeInconsistency` for people
 *
 * What happens on the way comes as events (`report`); `describeEvent` makes lines of them. Everything that a user can run into is
 * an OpsError. `signal` ends a run between two files.
 */
export type { AppliedMigration, Migration } from './migration';
export type { Database, DatabaseConfig } from './drivers/driver';
export { failureOf, type DatabaseFailure } from './drivers/sql-state';
export { openDatabase, type OpenOptions } from './drivers/open-database';
export type { Forward, ForwardedPort } from './drivers/postgres/open';
export { newestVersion, readMigrations } from './files';
export type { Plan } from './plan';
export type { Author } from './store';
export type { ShadowSource } from './shadow';
export * from './run';
export { databaseStatus, howItEnded, type BegunRun, type RunEnd, type StatusInput } from './status';
export { baseline, type BaselineInput } from './baseline';
export {
  describeInconsistency,
  repair,
  type Inconsistency,
  type Mend,
  type RepairInput,
  type RepairResult,
} from './repair';
export { describeFinding, lintMigrations, type Finding, type Lint, type LintFacts } from './lint';
