/** Views, sequences, and what watches over tables: rows of the catalogue, from `rel`. */
export const VIEWS = `
select case relkind when 'm' then 'materialized view' else 'view' end, name,
  (select string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum)
    from pg_attribute where attrelid = rel.oid and attnum > 0 and not attisdropped)
  || coalesce(' with ' || array_to_string(reloptions, ', '), ''), pg_get_viewdef(oid)
from rel where relkind in ('v', 'm')
union all
select 'sequence', name, concat_ws(' ', format_type(seqtypid, null), 'start', seqstart, 'increment', seqincrement, 'from', seqmin, 'to', seqmax,
  case when seqcycle then 'cycle' end), ''
from rel join pg_sequence q on q.seqrelid = rel.oid
where not exists (select from pg_depend x where x.classid = 'pg_class'::regclass and x.objid = rel.oid and x.deptype = 'i')
union all
select 'trigger', rel.name || '.' || quote_ident(tgname), substring(pg_get_triggerdef(t.oid) from '(?:BEFORE|AFTER|INSTEAD OF) .*$')
  || case tgenabled when 'D' then ' (disabled)' when 'R' then ' (replica)' when 'A' then ' (always)' else '' end, ''
from pg_trigger t join rel on rel.oid = t.tgrelid where not tgisinternal and tgparentid = 0
union all
select 'rule', rel.name || '.' || quote_ident(rulename), '', pg_get_ruledef(r.oid)
from pg_rewrite r join rel on rel.oid = r.ev_class where rulename <> '_RETURN'
union all
select 'policy', rel.name || '.' || quote_ident(polname), concat_ws(' ', case when not polpermissive then 'restrictive' end,
    'for ' || case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
    'to ' || (select string_agg(coalesce(quote_ident(rolname), 'public'), ', ' order by rolname)
      from unnest(polroles) grantee left join pg_roles r on r.oid = grantee)),
  concat_ws(' with check ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
from pg_policy p join rel on rel.oid = p.polrelid`;
