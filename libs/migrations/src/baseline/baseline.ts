import { baselineRefused, baselineVersionUnknown } from '@polydev/errors';
import { fenceBlock } from '../lease/statements';
import type { Migration } from '../migration';
import { isDone } from '../plan';
import { openRun, type RunInput } from '../run/open-run';
import { readApplied } from '../store';
import { writeRecord } from '../store/records';

export interface BaselineInput extends RunInput {
  readonly migrations: readonly Migration[];
  /** The newest version whose schema the database has already. */
  readonly version: string;
}

/**
 * Records the migrations up to a version as there already, without running them, in a database that was not migrated by us so far.
 * Returns those that it recorded: none where exactly this was done before. Throws BASELINE_VERSION_UNKNOWN, BASELINE_REFUSED.
 */
export const baseline = async (input: BaselineInput): Promise<readonly Migration[]> => {
  const { database, migrations, version, author } = input;
  const known = migrations.map((migration) => migration.version);
  if (!known.includes(version)) throw baselineVersionUnknown({ version, known });
  return openRun(input, async ({ lease }) => {
    const covered = migrations.filter((migration) => migration.version <= version);
    const done = (await readApplied(database)).filter(isDone);
    if (
      done.length === covered.length &&
      done.every(({ state, version: one }) => state === 'baseline' && one <= version)
    ) {
      return [];
    }
    const newest = done.at(-1)?.version;
    if (newest) throw baselineRefused({ address: database.address, newest, count: done.length });
    const records = covered.map((migration) => writeRecord({ ...migration, ...author, state: 'baseline' }));
    // One message is one transaction: all of them or none.
    await database.exec([fenceBlock(lease), ...records].join(';\n'));
    return covered;
  });
};
