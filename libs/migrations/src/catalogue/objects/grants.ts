import { isOurs } from './is-ours';

/**
 * Rights that differ from those that an object has when it is made: rows of the catalogue, from `space`, `rel` and `routine`. Default
 * privileges are rights on what is `new`; those of the role that asks do not name it. The privilege MAINTAIN, which came with
 * PostgreSQL 17, is left out.
 */
export const GRANTS = `
(with owned as (
  select 'schema' as kind, name, nspowner as owner, nspacl as acl, acldefault('n', nspowner) as usual from space
  union all select kind, name, proowner, proacl, acldefault('f', proowner) from routine
  union all select 'sequence', name, relowner, relacl, acldefault('s', relowner) from rel where relkind = 'S'
  union all select 'table', name, relowner, relacl, acldefault('r', relowner) from rel where relkind in ('r', 'p', 'v', 'm', 'f')
  union all select 'column', rel.name || '.' || quote_ident(attname), relowner, attacl, acldefault('c', relowner)
    from pg_attribute a join rel on rel.oid = a.attrelid where attacl is not null and not attisdropped
  union all select 'new', concat_ws(' ', case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
      when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end,
      case when not ${isOurs('defaclrole')} then 'of ' || quote_ident(pg_get_userbyid(defaclrole)) end, 'in ' || s.name), defaclrole, defaclacl,
      case when defaclnamespace = 0 then acldefault(case defaclobjtype when 'S' then 's' else defaclobjtype end, defaclrole) end
    from pg_default_acl left join space s on s.oid = defaclnamespace where defaclnamespace = 0 or s.oid is not null
),
granted as (
  select o.kind, o.name, g.grantee, g.privilege_type || case when g.is_grantable then '*' else '' end as privilege, set.now
  from owned o cross join lateral (values (true, coalesce(acl, usual)), (false, usual)) set (now, list)
  cross join lateral aclexplode(set.list) g where g.grantee <> o.owner and g.privilege_type <> 'MAINTAIN'
),
special as (
  select kind, name, grantee, privilege, bool_or(now) as now from granted
  group by kind, name, grantee, privilege having count(*) = 1
)
select 'grant', kind || ' ' || name || ' to ' || coalesce(quote_ident(rolname), 'public'),
  concat_ws('; ', string_agg(privilege, ', ' order by privilege) filter (where now),
    'revoked: ' || string_agg(privilege, ', ' order by privilege) filter (where not now)), ''
from special left join pg_roles r on r.oid = grantee group by kind, name, rolname)`;
