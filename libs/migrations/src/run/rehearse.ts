import type { SchemaChange } from '@polydev/contract';
import { isOpsError, migrationWouldFail } from '@polydev/errors';
import { deltaOf, readCatalogue } from '../catalogue';
import type { Database } from '../drivers/driver';
import { failureOf, type DatabaseFailure } from '../drivers/sql-state';
import type { Migration } from '../migration';
import { openShadow, readSurroundings, shadowCannotJudge, type Shadow, type ShadowSource } from '../shadow';
import { applyPending } from './apply-pending';
import type { RunContext } from './context';
import type { NamedMigration } from './events';
import { openRun, type RunInput } from './open-run';

/** What the files came to on a shadow database. */
export interface Rehearsal {
  /** The schema's change by the pending files; undefined where the shadow could not hold what they need. */
  readonly changes: readonly SchemaChange[] | undefined;
  /** Objects that the shadow only has a stand-in of: `extension postgis`. */
  readonly notHeld: readonly string[];
  /** What could not be tried, and why; a clause each. */
  readonly notValidated: readonly string[];
}

export interface RehearseInput {
  readonly shadow: ShadowSource;
  /** What the files are meant for: it is asked for its roles and default rights. */
  readonly real: Database;
  /** What the real database has applied. */
  readonly applied: readonly Migration[];
  readonly pending: readonly Migration[];
  readonly run: Pick<RunInput, 'author' | 'limits' | 'signal'>;
}

/**
 * Applies all files to a shadow database and tells what the pending ones change. What the shadow cannot hold (an extension, a past that
 * does not run there) leaves the pending ones not validated. Throws MIGRATION_WOULD_FAIL for a pending file that fails there, and what
 * `openShadow` throws.
 */
export const rehearse = async (input: RehearseInput): Promise<Rehearsal> => {
  const { real, applied, pending } = input;
  const shadow = await openShadow({
    ...input.shadow,
    migrations: [...applied, ...pending],
    surroundings: await readSurroundings(real),
    realAddress: real.address,
  });
  let current: NamedMigration | undefined;
  const report: RunInput['report'] = (event) => {
    if (event.event === 'started') current = event.migration;
  };
  try {
    return await openRun({ ...input.run, database: shadow.database, report }, (run) =>
      tryOut(run, input, { shadow, current: () => current }),
    );
  } finally {
    await shadow.close();
  }
};

interface Trial {
  readonly shadow: Shadow;
  /** The migration that was begun last. */
  readonly current: () => NamedMigration | undefined;
}

const tryOut = async (run: RunContext, { applied, pending }: RehearseInput, trial: Trial): Promise<Rehearsal> => {
  const { database, notHeld } = trial.shadow;
  const past = await attempt(() => applyPending(run, applied), trial);
  if (past)
    return unjudged(notHeld, `${nameOf(past)} is applied already and fails on the shadow: ${past.failure.message}`);
  const before = await readCatalogue(database);
  const failed = await attempt(() => applyPending(run, pending), trial);
  if (failed && cannotJudge(failed, trial.shadow)) {
    return unjudged(notHeld, `${nameOf(failed)} needs what the shadow has not: ${failed.failure.message}`);
  }
  if (failed) throw migrationWouldFail(failed);
  const notValidated = notHeld.map((one) => `${one}: the shadow has only an empty stand-in of it`);
  return { changes: deltaOf(before, await readCatalogue(database)), notHeld, notValidated };
};

const unjudged = (notHeld: readonly string[], what: string): Rehearsal => ({
  changes: undefined,
  notHeld,
  notValidated: [...notHeld.map((one) => `${one}: the shadow has not got it`), what],
});

interface Failed {
  readonly migration: NamedMigration;
  readonly failure: DatabaseFailure;
  readonly hint: string;
  readonly cause: unknown;
}

const nameOf = ({ migration: { version, name } }: Failed) => `${version}_${name}`;

/** SQLSTATEs of what the server's installation lacks: an extension that is not available, and its files. */
const NOT_INSTALLED = new Set(['0A000', '58P01']);

const cannotJudge = ({ failure, cause }: Failed, shadow: Shadow): boolean =>
  NOT_INSTALLED.has(failure.sqlState) || shadowCannotJudge(cause, shadow).length > 0;

/** What a file can bring about: it fails, its session is no use to who comes after it, or it lost its record. */
const BY_A_FILE = new Set<string>(['MIGRATION_FAILED', 'DATABASE_STATEMENT_FAILED', 'MIGRATION_NOT_RECORDED']);

/** What the database had against a migration; other errors pass through. */
const attempt = async (work: () => Promise<unknown>, { current }: Trial): Promise<Failed | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    const migration = current();
    if (!isOpsError(error) || !BY_A_FILE.has(error.code) || !migration) throw error;
    const failure = failureOf(error) ?? { sqlState: '', message: error.message };
    return { migration, failure, hint: error.hint, cause: error };
  }
};
