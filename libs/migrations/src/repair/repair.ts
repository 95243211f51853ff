import { repairUnknown } from '@polydev/errors';
import { fenceBlock } from '../lease/statements';
import type { Migration } from '../migration';
import { openRun, type RunInput } from '../run/open-run';
import { findInconsistencies } from './find';
import type { Inconsistency, Mend } from './inconsistency';

export interface RepairInput extends RunInput {
  readonly migrations: readonly Migration[];
  /** Names of mends, as they are shown; `everything` for all that leave no choice and may be mended unseen; `nothing` only shows. */
  readonly mend: 'nothing' | 'everything' | readonly string[];
}

export interface RepairResult {
  readonly found: readonly Inconsistency[];
  /** Names of what was mended. */
  readonly mended: readonly string[];
}

/**
 * Shows in what files, records and the service's history do not agree, and mends what it is told to, all in one transaction under the
 * lease. Throws REPAIR_UNKNOWN if a name is none of those shown; then nothing is mended.
 */
export const repair = async (input: RepairInput): Promise<RepairResult> => {
  const { database, migrations, mend } = input;
  if (mend === 'nothing') return { found: await findInconsistencies(database, migrations), mended: [] };
  return openRun(input, async ({ lease, author }) => {
    const found = await findInconsistencies(database, migrations);
    const chosen = choose(found, mend);
    if (chosen.length > 0) {
      await database.exec([fenceBlock(lease), ...chosen.map(({ sql }) => sql({ author }))].join(';\n'));
    }
    return { found, mended: chosen.map(({ name }) => name) };
  });
};

const choose = (found: readonly Inconsistency[], mend: 'everything' | readonly string[]): readonly Mend[] => {
  if (mend === 'everything')
    return found.flatMap(({ mends }) => (mends.length === 1 ? mends.filter(({ byNameOnly }) => !byNameOnly) : []));
  const all = found.flatMap(({ mends }) => mends);
  const known = all.map(({ name }) => name);
  const unknown = mend.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw repairUnknown({ unknown, known });
  return all.filter(({ name }) => mend.includes(name));
};
