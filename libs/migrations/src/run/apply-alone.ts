import { isOpsError, migrationUnfinished } from '@polydev/errors';
import { kindOf, type AloneKind } from '../files';
import { holdsLease } from '../lease/statements';
import type { AppliedMigration, Migration } from '../migration';
import { isDone } from '../plan';
import { literal } from '../store/literal';
import { readRecord, writeRecord } from '../store/records';
import type { Applied } from './apply-file';
import { pause, type RunContext } from './context';
import { clearIndex, findIndex } from './index-state';
import { patiently } from './lost-answer';

/**
 * Applies the one statement of a no-transaction file. Its record cannot be in one transaction with it, so a `running` one is written
 * first: a run that finds it looks in the schema for what the statement came to. Throws MIGRATION_FAILED, MIGRATION_UNFINISHED,
 * MIGRATION_INDEX_EXISTS, MIGRATION_LEASE_LOST.
 */
export const applyAlone = async (run: RunContext, migration: Migration): Promise<Applied> => {
  const kind = kindOf(migration);
  await untilIdle(run, migration);
  const earlier = await readRecord(run.database, migration.version);
  if (isDone(earlier)) return 'already-applied';
  if (earlier?.state === 'running' && (await tookEffect(run, kind))) return recordEarlier(run, migration);
  if (kind.kind === 'index') await clearIndex(run, migration, kind.index);
  await mark(run, migration, { state: 'running' });
  const begun = performance.now();
  const outcome = await send(run, migration, kind);
  switch (outcome) {
    case 'already-applied':
    case 'applied':
      await patiently(run, migration, () => mark(run, migration, { state: 'applied', ms: performance.now() - begun }));
      return 'applied';
    case 'unknown':
      run.report({ event: 'answer-lost', migration, why: run.database.whyUnknown() });
      return settleLost(run, migration, kind);
  }
};

interface Mark {
  readonly state: AppliedMigration['state'];
  readonly ms?: number;
}

/** The statement begins with this, so that `pg_stat_activity` tells of it, whoever looks. */
const markerOf = ({ version }: Migration) => `/* deploy_meta ${version} */`;

const send = async (run: RunContext, migration: Migration, { statement }: AloneKind) => {
  try {
    return await run.database.applyAlone(migration, `${markerOf(migration)} ${statement}`);
  } catch (error) {
    await mark(run, migration, { state: 'failed' }).catch((second: unknown) => {
      // Another run did it meanwhile, so that it failed for us says nothing.
      if (isOpsError(second, 'MIGRATION_LEASE_LOST')) throw second;
    });
    throw error;
  }
};

/** A lost answer: waits for the statement to end, then records what it came to or runs it again where that is safe. */
const settleLost = async (run: RunContext, migration: Migration, kind: AloneKind): Promise<Applied> => {
  await patiently(run, migration, () => untilIdle(run, migration));
  if (await tookEffect(run, kind)) return recordEarlier(run, migration);
  if (kind.kind !== 'opaque') return applyAlone(run, migration);
  const record = await readRecord(run.database, migration.version);
  throw migrationUnfinished({
    unfinished: [{ ...migration, by: run.author.by, since: record?.appliedAt ?? 'an unknown time' }],
  });
};

/** Waits while the statement runs in the database, left there by a run that died or lost its connection. */
const untilIdle = async (run: RunContext, migration: Migration): Promise<void> => {
  const marker = literal(`${markerOf(migration)}%`);
  const question = `select count(*) > 0 as running from pg_catalog.pg_stat_activity where query like ${marker}
    and state = 'active' and datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid()`;
  for (let told = false; ; told = true) {
    const [row] = await run.database.rows<{ readonly running: boolean }>(question);
    if (row?.running !== true) return;
    if (!told) run.report({ event: 'still-running', migration });
    await pause(run);
  }
};

/** Whether the schema shows that the statement has been run to its end. */
const tookEffect = async (run: RunContext, kind: AloneKind): Promise<boolean> => {
  switch (kind.kind) {
    case 'index':
      return (await findIndex(run, kind.index))?.valid === true;
    case 'drop-index': {
      const question = `select pg_catalog.to_regclass(${literal(kind.name)}) is null as gone`;
      return (await run.database.rows<{ readonly gone: boolean }>(question))[0]?.gone === true;
    }
    case 'repeatable':
    case 'opaque':
      return false;
  }
};

const recordEarlier = async (run: RunContext, migration: Migration): Promise<Applied> => {
  await mark(run, migration, { state: 'applied' });
  run.report({ event: 'finished-earlier', migration });
  return 'applied';
};

/** Writes the record, provided that this run holds the lease. Throws MIGRATION_LEASE_LOST. */
const mark = async (run: RunContext, migration: Migration, { state, ms }: Mark): Promise<void> => {
  const duration = ms === undefined ? {} : { duration: String(Math.round(ms)) };
  const record = { ...migration, ...run.author, state, ...duration };
  const written = await run.database.rows(`${writeRecord(record, holdsLease(run.lease))} returning 1 as written`);
  // Nothing is written either if this very record is there, from a first try whose answer was lost.
  if (written.length === 0 && (await readRecord(run.database, migration.version))?.state !== state)
    throw run.lease.lost();
};
