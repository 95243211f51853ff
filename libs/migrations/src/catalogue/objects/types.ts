import { free } from './free';

/**
 * Types and collations: rows of the catalogue, from `space`. The locale of ICU's collations is part of the body: since PostgreSQL
 * 16 it is kept in another spelling, and since 17 in another column.
 */
export const TYPES = `
select case typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' else 'type' end, s.name || '.' || quote_ident(typname),
  case typtype
    when 'e' then (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid)
    when 'd' then concat_ws(' ', format_type(typbasetype, typtypmod), case when typnotnull then 'not null' end, 'default ' || typdefault,
      (select string_agg(pg_get_constraintdef(k.oid), ' ' order by conname) from pg_constraint k where contypid = t.oid and contype = 'c'))
    when 'r' then (select format_type(rngsubtype, null) from pg_range where rngtypid = t.oid)
    when 'c' then (select string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum)
      from pg_attribute where attrelid = typrelid and attnum > 0 and not attisdropped) end, ''
from pg_type t join space s on s.oid = t.typnamespace
where (typtype in ('e', 'd', 'r') or typtype = 'c' and exists (select from pg_class where oid = typrelid and relkind = 'c'))
  and ${free('pg_type', 't.oid')}
union all
select 'collation', s.name || '.' || quote_ident(collname), concat_ws(' ',
    case collprovider when 'c' then 'libc' when 'i' then 'icu' when 'b' then 'builtin' else collprovider::text end,
    collcollate, nullif(collctype, collcollate), case when not collisdeterministic then 'not deterministic' end),
  concat_ws(' ', to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'collicurules')
from pg_collation c join space s on s.oid = collnamespace where ${free('pg_collation', 'c.oid')}`;
