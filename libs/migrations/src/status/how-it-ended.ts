import type { SchemaMove } from '@polydev/contract';
import type { Database } from '../drivers/driver';
import { leaseOf } from '../lease/statements';
import { isDone } from '../plan';
import { readApplied } from '../store';
import { hasTables } from '../store/tables';

/** A run of which no more is known than what it had written down before it began. */
export interface BegunRun {
  readonly deployment: string;
  /** The schema before it, and the version that it set out for. */
  readonly schema: SchemaMove;
}

/** How a run ended whose deployer did not tell: `running` while it still has the lease, and something left to do. */
export type RunEnd =
  { readonly outcome: 'running' } | { readonly outcome: 'moved' | 'half-way' | 'failed'; readonly schema: SchemaMove };

/** Finds out from the database's own records how a run ended. Changes nothing. */
export const howItEnded = async (
  database: Pick<Database, 'rows'>,
  { deployment, schema: { from, to: aim } }: BegunRun,
): Promise<RunEnd> => {
  if (!(await hasTables(database))) return { outcome: 'failed', schema: moveOf(from, from) };
  // Asked first: what a run without the lease has done is in the records that are read after it.
  const [lease] = await database.rows<{ readonly held: boolean }>(leaseOf(deployment));
  const records = await readApplied(database);
  const own = records.filter((record) => record.deployment === deployment);
  const applied = own.filter(isDone).map(({ version }) => version);
  const schema = moveOf(from, [...(from === undefined ? [] : [from]), ...applied].sort().at(-1));
  // A dead run's lease goes on for a while; where all is applied there is nothing left to wait for.
  const reached = own.every(isDone) && records.some((record) => record.version === aim && isDone(record));
  if (reached) return { outcome: 'moved', schema };
  if (lease?.held === true) return { outcome: 'running' };
  return { outcome: own.some(({ state }) => state !== 'failed') ? 'half-way' : 'failed', schema };
};

const moveOf = (from: string | undefined, to: string | undefined): SchemaMove => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
