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

/** How a run ended whose deployer did not tell: `running` while it still has the lease. */
export type RunEnd =
  { readonly outcome: 'running' } | { readonly outcome: 'moved' | 'half-way' | 'failed'; readonly schema: SchemaMove };

/** Finds out from the database's own records how a run ended. Changes nothing. */
export const howItEnded = async (
  database: Pick<Database, 'rows'>,
  { deployment, schema: { from, to: aim } }: BegunRun,
): Promise<RunEnd> => {
  if (!(await hasTables(database))) return { outcome: 'failed', schema: moveOf(from, from) };
  const [lease] = await database.rows<{ readonly held: boolean }>(leaseOf(deployment));
  if (lease?.held === true) return { outcome: 'running' };
  const records = await readApplied(database);
  const own = records.filter((record) => record.deployment === deployment);
  const applied = own.filter(isDone).map(({ version }) => version);
  const to = [...(from === undefined ? [] : [from]), ...applied].sort().at(-1);
  const reached = own.every(isDone) && records.some((record) => record.version === aim && isDone(record));
  const outcome = reached ? 'moved' : own.some(({ state }) => state !== 'failed') ? 'half-way' : 'failed';
  return { outcome, schema: moveOf(from, to) };
};

const moveOf = (from: string | undefined, to: string | undefined): SchemaMove => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
