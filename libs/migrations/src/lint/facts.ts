import type { Database } from '../drivers/driver';
import type { LintFacts, TableFact } from './finding';

/**
 * Tables with the planner's estimate of their rows (`reltuples`, -1 where never analyzed), the statistics' count where that is
 * higher, and their size as of the last time they were analyzed, with indexes and what is stored apart. No table is read or locked:
 * `pg_total_relation_size` would wait for whoever has locked one.
 */
const QUERY = `
select n.nspname || '.' || c.relname as name, greatest(c.reltuples::bigint, s.n_live_tup, 0) as rows, current_setting('block_size')::bigint * (
    select sum(p.relpages) from pg_catalog.pg_class p where p.oid = c.oid or p.oid = c.reltoastrelid
      or p.oid in (select indexrelid from pg_catalog.pg_index i where i.indrelid = c.oid)) as bytes,
  (select coalesce(json_object_agg(attname, format_type(atttypid, atttypmod)), '{}') from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'deploy_meta') order by 1`;

/** Reads what the lint wants to know of a database. Throws what the driver throws. */
export const readLintFacts = async (database: Pick<Database, 'rows'>): Promise<LintFacts> => ({
  tables: await database.rows<TableFact>(QUERY),
});
