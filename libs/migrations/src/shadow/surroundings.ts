import type { Database } from '../drivers/driver';
import { literal } from '../store/literal';

/** What a database has around its schema that migrations lean on. */
export interface Surroundings {
  /** `server_version_num`: 150018. */
  readonly serverVersion: number;
  /** Roles beside PostgreSQL's own and the one that migrates. */
  readonly roles: readonly string[];
  /** Statements that give whatever the migrating role makes the same rights as on the real database. */
  readonly defaultPrivileges: readonly string[];
  /** Whether it is a Supabase project's: it has the role `service_role` and the schema `auth`. */
  readonly supabase: boolean;
}

const QUERY = `
with defaults as (
  select format('alter default privileges%s grant %s on %s to %s%s', ' in schema ' || quote_ident(nspname), privilege_type,
    case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end,
    coalesce(quote_ident(rolname), 'public'), case when is_grantable then ' with grant option' end) as statement, nspname
  from pg_default_acl d left join pg_namespace n on n.oid = defaclnamespace cross join aclexplode(defaclacl) a
  left join pg_roles g on g.oid = a.grantee
  where defaclrole = current_user::regrole and a.grantee <> defaclrole and privilege_type <> 'MAINTAIN'
)
select current_setting('server_version_num')::int as "serverVersion",
  coalesce((select json_agg(rolname order by rolname) from pg_roles where rolname !~ '^pg_' and rolname not in (current_user, 'postgres')), '[]') as roles,
  coalesce((select json_agg(json_build_object('statement', statement, 'schema', nspname) order by statement) from defaults), '[]') as defaults,
  exists (select from pg_roles where rolname = 'service_role') and exists (select from pg_namespace where nspname = 'auth') as supabase`;

interface Row extends Omit<Surroundings, 'defaultPrivileges'> {
  readonly defaults: readonly { readonly statement: string; readonly schema: string | null }[];
}

/** Reads what surrounds a database's schema. Throws what the driver throws. */
export const readSurroundings = async (database: Pick<Database, 'rows'>): Promise<Surroundings> => {
  const [row] = await database.rows<Row>(QUERY);
  if (!row) throw new Error('a question without a table has one row');
  const { defaults, ...rest } = row;
  return { ...rest, defaultPrivileges: defaults.map(({ statement, schema }) => whereThere(statement, schema)) };
};

/** A schema that migrations have yet to make cannot have rights given in it. */
const whereThere = (statement: string, schema: string | null): string =>
  schema === null
    ? statement
    : `do $do$ begin if to_regnamespace(${literal(schema)}) is not null then execute ${literal(statement)}; end if; end $do$`;

/** The statement that makes a role that may not log in, where there is none of that name. */
export const makeRole = (role: string): string =>
  `do $do$ begin if to_regrole(quote_ident(${literal(role)})) is null then execute format('create role %I', ${literal(role)}); end if; end $do$`;
