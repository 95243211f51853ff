import { migrationIndexExists } from '@polydev/errors';
import type { AloneKind } from '../files';
import type { Migration } from '../migration';
import { literal } from '../store/literal';
import { pause, type RunContext } from './context';

type Index = Extract<AloneKind, { readonly kind: 'index' }>['index'];

interface FoundIndex {
  readonly valid: boolean;
  /** Some session is building it now. */
  readonly building: boolean;
  /** Quoted, with its schema. */
  readonly name: string;
}

/** The index of that name on that table, if there is one. */
export const findIndex = async (
  { database }: Pick<RunContext, 'database'>,
  { name, table }: Index,
): Promise<FoundIndex | undefined> => {
  const [found] = await database.rows<FoundIndex>(
    `select i.indisvalid as valid, pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
       exists (select from pg_catalog.pg_stat_progress_create_index p where p.index_relid = i.indexrelid) as building
     from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where i.indrelid = pg_catalog.to_regclass(${literal(table)}) and c.relname = ${literal(name)}`,
  );
  return found;
};

/**
 * Makes room for an index that is to be built: one that an interrupted build left invalid, and that the file itself names, is dropped
 * (`if not exists` would keep it for good). One that somebody is building is waited for. Throws MIGRATION_INDEX_EXISTS for a valid one
 * that the file does not allow for.
 */
export const clearIndex = async (run: RunContext, migration: Migration, index: Index): Promise<void> => {
  let found = await findIndex(run, index);
  for (; found?.building; found = await findIndex(run, index)) await pause(run);
  if (!found) return;
  if (found.valid && !index.ifNotExists)
    throw migrationIndexExists({ migration, index: index.name, table: index.table });
  if (found.valid) return;
  await run.lease.ensureHeld();
  await run.database.exec(`drop index concurrently if exists ${found.name}`);
  run.report({ event: 'invalid-index-dropped', migration, index: found.name });
};
