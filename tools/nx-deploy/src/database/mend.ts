import type { Report } from '@polydev/reporting';
import { type DatabaseInput, migrationsOf, withDatabase } from './connect';
import { engine } from './engine';
import { teller } from './tell';

export interface MendInput extends DatabaseInput {
  readonly report: Report;
  /** `user@machine` of the deployer. */
  readonly by: string;
  readonly json: boolean;
}

/** Records migrations up to a version as there already. Throws BASELINE_VERSION_UNKNOWN, BASELINE_REFUSED. */
export const recordBaseline = (input: MendInput, version: string): Promise<boolean> =>
  withDatabase(input, async (database) => {
    const { baseline } = await engine();
    const { report, json } = input;
    const recorded = await baseline({ ...(await runOf(input)), database, version });
    const versions = recorded.map((migration) => migration.version);
    if (json) report({ kind: 'result', value: { target: input.database.name, baseline: version, recorded: versions } });
    else report({ kind: 'outcome', ok: true, text: baselineText(versions.length, version) });
    return true;
  });

const baselineText = (count: number, version: string): string =>
  count === 0
    ? `${version} is the baseline already; nothing was done`
    : `${count} migrations up to ${version} are recorded as there already; none was run`;

/**
 * Shows in what files and records do not agree, and mends what is named. Returns whether that was done; where nothing is
 * named one by one, whether nothing is left open. Throws REPAIR_UNKNOWN.
 */
export const repairRecords = (input: MendInput, named: string | true): Promise<boolean> =>
  withDatabase(input, async (database) => {
    const { repair, describeInconsistency } = await engine();
    const { report, json } = input;
    const mend = mendOf(named);
    const { found, mended } = await repair({ ...(await runOf(input)), database, mend });
    const open = found.filter(({ mends }) => !mends.some(({ name }) => mended.includes(name)));
    const good = open.length === 0 || Array.isArray(mend);
    if (json) {
      const rows = found.map(({ kind, version, name, finding, mends }) => ({
        ...{ kind, version, name, finding },
        mends: mends.map((mend) => ({ name: mend.name, does: mend.does })),
      }));
      report({ kind: 'result', value: { target: input.database.name, found: rows, mended } });
    } else {
      open.flatMap(describeInconsistency).forEach((text) => report({ kind: 'note', text }));
      report({ kind: 'outcome', ok: good, text: repairText(open.length, mended) });
    }
    return good;
  });

const mendOf = (named: string | true): 'nothing' | 'everything' | readonly string[] => {
  if (named === true) return 'nothing';
  return named === 'everything' ? named : named.split(',').map((name) => name.trim());
};

const repairText = (open: number, mended: readonly string[]): string => {
  const done = mended.length === 0 ? 'nothing was changed' : `mended: ${mended.join(', ')}`;
  return open === 0 && mended.length === 0
    ? 'Files and records agree; nothing was changed'
    : `${open === 0 ? 'Files and records agree' : `${open} left that do not agree`}; ${done}`;
};

const runOf = async (input: MendInput) => ({
  migrations: await migrationsOf(input),
  author: { by: input.by },
  report: await teller(input.report),
  signal: input.signal,
});
