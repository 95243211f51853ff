import { OpsError } from '../ops-error';

export const MIGRATION_ENGINE_CODES = [
  'MIGRATION_DIRECTORY_MISSING',
  'MIGRATION_FILES_INVALID',
  'MIGRATIONS_DRIFTED',
  'MIGRATIONS_RENAMED',
  'MIGRATIONS_OUT_OF_ORDER',
  'MIGRATION_UNFINISHED',
  'MIGRATION_OUTCOME_UNKNOWN',
  'MIGRATION_NOT_RECORDED',
  'MIGRATION_LOCK_BUSY',
  'SCHEMA_BUSY',
  'MIGRATION_INDEX_EXISTS',
  'MIGRATION_LEASE_HELD',
  'MIGRATION_LEASE_LOST',
  'MIGRATIONS_INTERRUPTED',
  'BASELINE_VERSION_UNKNOWN',
  'BASELINE_REFUSED',
  'REPAIR_UNKNOWN',
] as const;

/** A migration as people name it: its file without the ending. */
interface Named {
  readonly version: string;
  readonly name: string;
}
const named = ({ version, name }: Named) => `${version}_${name}`;
const list = (lines: readonly string[]) => lines.map((line) => `\n  ${line}`).join('');
const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The directory that the manifest names does not exist. */
export const migrationDirectoryMissing = (facts: { directory: string }) =>
  new OpsError(
    'MIGRATION_DIRECTORY_MISSING',
    `${facts.directory} is no directory, so there are no migrations to look at. The database was not asked.`,
    'Correct `migrations` of the target in .deploy.yaml, or make the directory.',
  );

/** Files that cannot be applied as they are; `problems` are lines that begin with the file's name. */
export const migrationFilesInvalid = (facts: { directory: string; problems: readonly string[] }) =>
  new OpsError(
    'MIGRATION_FILES_INVALID',
    `${many(facts.problems.length, 'problem')} in ${facts.directory}; the database was not asked:${list(facts.problems)}`,
    'Correct the files and run the same command again; docs/migrations.md says what a file may hold.',
  );

/** Files that were edited after they had been applied. */
export const migrationsDrifted = (facts: {
  drifted: readonly (Named & { readonly recorded: string; readonly found: string })[];
}) =>
  new OpsError(
    'MIGRATIONS_DRIFTED',
    `${many(facts.drifted.length, 'applied migration')} no longer read as applied; nothing was applied:` +
      list(
        facts.drifted.map(
          (one) => `${named(one)}: applied with SHA-256 ${one.recorded}, the file now has ${one.found}`,
        ),
      ),
    'Put the old text back (`git log` shows it) and write the change as a new migration. If the database does hold what the file now says, `--repair` shows how to record that.',
  );

/** Pending files that read like applied ones of which there is no file any more. */
export const migrationsRenamed = (facts: { renamed: readonly (Named & { readonly recorded: Named })[] }) =>
  new OpsError(
    'MIGRATIONS_RENAMED',
    `${many(facts.renamed.length, 'pending migration')} would do once more what is applied under another name; nothing was applied:` +
      list(
        facts.renamed.map((one) => `${named(one)} reads as ${named(one.recorded)}, which is applied and has no file`),
      ),
    'Give the file its old name back. If it is to run again, `--repair` shows how to forget the old record first.',
  );

/** Files that came later than newer ones that are applied already. */
export const migrationsOutOfOrder = (facts: { late: readonly Named[]; newest: string }) =>
  new OpsError(
    'MIGRATIONS_OUT_OF_ORDER',
    `${many(facts.late.length, 'pending migration')} older than ${facts.newest}, which is applied; nothing was applied:` +
      list(facts.late.map(named)),
    'Give them a newer version (rename the files) if they depend on nothing newer, or let them in as they are with `--allow-out-of-order`.',
  );

/** Statements outside of a transaction whose run ended before it could say how they went. */
export const migrationUnfinished = (facts: {
  unfinished: readonly (Named & { readonly by: string; readonly since: string })[];
}) =>
  new OpsError(
    'MIGRATION_UNFINISHED',
    `${many(facts.unfinished.length, 'migration')} without a transaction began and never reported back, and the database cannot tell whether it took effect; nothing was applied:` +
      list(facts.unfinished.map((one) => `${named(one)}: begun by ${one.by} at ${one.since}`)),
    'Look whether the statement took effect, then say so by `--repair`, which lists the two answers by name.',
  );

/** The answer to a migration was lost and the database could not be asked since. */
export const migrationOutcomeUnknown = (facts: {
  migration: Named;
  address: string;
  why: string | undefined;
  cause?: unknown;
}) =>
  new OpsError(
    'MIGRATION_OUTCOME_UNKNOWN',
    `The answer to ${named(facts.migration)} was lost${facts.why ? ` (${facts.why})` : ''}, and what ${facts.address} recorded could not be read since. It is either applied and recorded, or nothing of it is there.`,
    'Run the same command again when the database can be reached: it reads the record first and goes on from there.',
    { cause: facts.cause },
  );

/** The file's script ended well, and yet its record is not there. */
export const migrationNotRecorded = (facts: { migrations: readonly Named[] }) =>
  new OpsError(
    'MIGRATION_NOT_RECORDED',
    `${facts.migrations.map(named).join(', ')} reported success, but deploy_meta.migrations has no record of it.`,
    'Look whether the file turns off triggers, rules or `standard_conforming_strings`; then compare the schema before you run it again.',
  );

/** A lock was not got in any of several tries. */
export const migrationLockBusy = (facts: {
  migration: Named;
  attempts: number;
  lockTimeoutMs: number;
  cause: unknown;
}) =>
  new OpsError(
    'MIGRATION_LOCK_BUSY',
    `${named(facts.migration)} did not get a lock within ${facts.lockTimeoutMs} ms in ${many(facts.attempts, 'attempt')}, because other transactions hold the table. Nothing of it stayed; migrations before it stay applied.`,
    "Run the same command again when less is going on; `pg_stat_activity` and `pg_locks` show who holds the table. `set local lock_timeout = '30s';` at the head of the file lets it wait longer, and everything else behind it.",
    { cause: facts.cause },
  );

/** The schema could not be read: to write out a view, PostgreSQL needs a lock on the tables behind it. */
export const schemaBusy = (facts: { address: string; attempts: number; cause: unknown }) =>
  new OpsError(
    'SCHEMA_BUSY',
    `The schema of ${facts.address} could not be read in ${many(facts.attempts, 'attempt')}, because other transactions hold tables that its views need. What was applied is recorded.`,
    'Run the same command again when less is going on; `pg_stat_activity` and `pg_locks` show who holds the tables.',
    { cause: facts.cause },
  );

/** A `create index concurrently` names an index that is there, whole, and was not made by it. */
export const migrationIndexExists = (facts: { migration: Named; index: string; table: string }) =>
  new OpsError(
    'MIGRATION_INDEX_EXISTS',
    `${named(facts.migration)} builds the index ${facts.index} on ${facts.table}, which exists already. The statement was not run.`,
    'Give the new index another name, or write `create index concurrently if not exists` if the one that is there will do.',
  );

/** Another deployer holds the lease for longer than was waited. `since` is the database's time, `waitedMs` ours. */
export const migrationLeaseHeld = (facts: { address: string; by: string; since: string; waitedMs: number }) =>
  new OpsError(
    'MIGRATION_LEASE_HELD',
    `${facts.address} is being migrated by ${facts.by} since ${facts.since}; waited ${Math.round(facts.waitedMs / 1000)} s. Nothing was changed.`,
    'Wait for it to end and run the same command again; a run that died lets go by itself within seconds.',
  );

/** This run could not renew its lease, and another run has it now or may take it. */
export const migrationLeaseLost = (facts: { address: string; applied: number }) =>
  new OpsError(
    'MIGRATION_LEASE_LOST',
    `This run no longer holds the lease of ${facts.address}: it was not renewed in time, and another run may go on in its place. Stopped after ${many(facts.applied, 'migration')}; nothing is half applied.`,
    'Run the same command again: it waits for the other run and applies what is left.',
  );

/** Ctrl-C, or the end of the task that the run was part of. */
export const migrationsInterrupted = () =>
  new OpsError(
    'MIGRATIONS_INTERRUPTED',
    'The run was interrupted. What it had applied is recorded; nothing is half applied.',
    'Run the same command again: it goes on with the first file that is not recorded.',
  );

/** `--baseline` named a version that no file has. */
export const baselineVersionUnknown = (facts: { version: string; known: readonly string[] }) =>
  new OpsError(
    'BASELINE_VERSION_UNKNOWN',
    `No migration has the version ${facts.version}, so it cannot be the baseline. Nothing was recorded.`,
    facts.known.length === 0
      ? 'There are no migrations yet; write one that describes the schema as it is, and name its version.'
      : `Name the newest version whose schema the database already has; the newest are ${facts.known.slice(-3).join(', ')}.`,
  );

/** `--baseline` on a database whose migrations are recorded already. */
export const baselineRefused = (facts: { address: string; newest: string; count: number }) =>
  new OpsError(
    'BASELINE_REFUSED',
    `${facts.address} has records of ${many(facts.count, 'migration')} already, up to ${facts.newest}; a baseline is for a database that has none. Nothing was recorded.`,
    'Run `migrate` to apply what is pending; `--repair` mends single records.',
  );

/** `--repair=<name>` named something that is not to be mended. */
export const repairUnknown = (facts: { unknown: readonly string[]; known: readonly string[] }) =>
  new OpsError(
    'REPAIR_UNKNOWN',
    `There is nothing to mend by the name of ${facts.unknown.join(', ')}. Nothing was changed.`,
    facts.known.length === 0 ? 'Nothing is inconsistent.' : `What can be mended: ${facts.known.join(', ')}.`,
  );
