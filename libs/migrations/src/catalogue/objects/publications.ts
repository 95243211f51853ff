/** Publications: rows of the catalogue, from `rel` and `space`. Since PostgreSQL 18 they may have generated columns. */
export const PUBLICATIONS = `
select 'publication', quote_ident(pubname), concat_ws(', ', case when puballtables then 'all tables' end,
    case when not (pubinsert and pubupdate and pubdelete and pubtruncate) then 'only ' || coalesce(nullif(concat_ws(', ',
      case when pubinsert then 'insert' end, case when pubupdate then 'update' end, case when pubdelete then 'delete' end,
      case when pubtruncate then 'truncate' end), ''), 'nothing') end,
    case when pubviaroot then 'via partition root' end,
    case to_jsonb(p) ->> 'pubgencols' when 's' then 'stored generated columns' end), ''
from pg_publication p
union all
select 'publication schema', quote_ident(pubname) || ' ' || s.name, '', ''
from pg_publication_namespace join pg_publication p on p.oid = pnpubid join space s on s.oid = pnnspid
union all
select 'publication table', quote_ident(pubname) || ' ' || rel.name, concat_ws(' ',
    '(' || (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = rel.oid and attnum = any(prattrs)) || ')',
    'where ' || pg_get_expr(prqual, prrelid)), ''
from pg_publication_rel x join pg_publication p on p.oid = x.prpubid join rel on rel.oid = x.prrelid`;
