import { FOREIGN } from './objects/foreign';
import { free } from './objects/free';
import { GRANTS } from './objects/grants';
import { PUBLICATIONS } from './objects/publications';
import { ROUTINES } from './objects/routines';
import { TABLES } from './objects/tables';
import { TEXT_SEARCH } from './objects/text-search';
import { TYPES } from './objects/types';
import { VIEWS } from './objects/views';

/** Schemas that are no part of what migrations make: PostgreSQL's own, ours, and the record that Supabase keeps. */
const NOT_OURS = `nspname !~ '^pg_' and nspname not in ('information_schema', 'deploy_meta', 'supabase_migrations')`;

/** A select for the objects of some kinds each. */
const OBJECTS = [TABLES, VIEWS, ROUTINES, TYPES, TEXT_SEARCH, PUBLICATIONS, FOREIGN, GRANTS];

/**
 * What a database's schema consists of, a row an object: `kind`, `name`, `detail` and `body`. `detail` reads alike on PostgreSQL 15
 * to 18 for the same schema; `body` need not: since PostgreSQL 16 the text of views and of subqueries is written differently. An
 * empty search path makes PostgreSQL write every name with its schema. To write out a view, PostgreSQL locks the tables behind it
 * against being altered: where others hold those, the question fails with SQLSTATE 55P03 after two seconds. Not null constraints
 * are left out because only PostgreSQL 18 lists them. Columns of catalogues that not every version has are read with `to_jsonb`.
 * What is not looked at is named in docs/migrations.md.
 */
export const CATALOGUE_QUERY = `
select pg_catalog.set_config('search_path', '', true), pg_catalog.set_config('lock_timeout', '2s', true);
with space as (select oid, nspowner, nspacl, quote_ident(nspname) as name from pg_namespace where ${NOT_OURS}),
rel as (
  select c.*, s.name || '.' || quote_ident(relname) as name from pg_class c join space s on s.oid = c.relnamespace
  where ${free('pg_class', 'c.oid')}
),
routine as (
  select p.*, s.name || '.' || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name,
    case prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind
  from pg_proc p join space s on s.oid = p.pronamespace where ${free('pg_proc', 'p.oid')}
)
select 'schema' as kind, name, '' as detail, '' as body from space
union all select 'extension', quote_ident(extname), '', extversion from pg_extension where extname <> 'plpgsql'
union all ${OBJECTS.join(' union all ')}`;
