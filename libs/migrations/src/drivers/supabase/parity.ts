import { literal } from '../../store/literal';
import type { Migration } from '../../migration';

type Named = Pick<Migration, 'version' | 'name'>;

/** The name under which the service is told of a migration: it holds the version, which the service replaces by its clock. */
export const serviceName = ({ version, name }: Named): string => `${version}_${name}`;

/** Whether the service's list of migrations is there, and ours. */
export const TABLES_THERE = `select to_regclass('supabase_migrations.schema_migrations') is not null as service,
  to_regclass('deploy_meta.migrations') is not null as own`;

/**
 * Gives the service's rows of our migrations the version of the file instead of the clock's, or removes one whose version is
 * recorded already. Only rows that our own record confirms. One row for each that was put right: `name`, `stamped`, `outcome`.
 */
export const realign = (only?: Named): string => `
with ours as (
  select s.version as stamped, s.name, left(s.name, 14) as version, substr(s.name, 16) as short,
    row_number() over (partition by s.name order by s.version) as nth,
    exists (select 1 from supabase_migrations.schema_migrations t where t.version = left(s.name, 14)) as recorded
  from supabase_migrations.schema_migrations s
  where s.name ~ '^[0-9]{14}_' and s.version <> left(s.name, 14)
    and exists (select 1 from deploy_meta.migrations m where m.version = left(s.name, 14) and m.name = substr(s.name, 16))
    ${only ? `and s.name = ${literal(serviceName(only))}` : ''}
), moved as (
  update supabase_migrations.schema_migrations s set version = o.version, name = o.short
  from ours o where s.version = o.stamped and o.nth = 1 and not o.recorded returning o.stamped
), removed as (
  delete from supabase_migrations.schema_migrations s
  using ours o where s.version = o.stamped and (o.nth > 1 or o.recorded) returning o.stamped
)
select o.name, o.stamped, case when o.stamped in (select stamped from moved) then 'moved' else 'removed' end as outcome
from ours o order by o.name, o.stamped`;

/** Lists our applied migrations with the service where they are missing: those that ran by `execute_sql`. */
export const ADD_MISSING = `
insert into supabase_migrations.schema_migrations (version, name)
select m.version, m.name from deploy_meta.migrations m
where m.state in ('applied', 'baseline')
  and not exists (select 1 from supabase_migrations.schema_migrations s where s.version = m.version)
on conflict (version) do nothing returning version, name`;

/** Writes a migration into the service's list, which is made as the service makes it. For a script that does not go through it. */
export const listWithService = ({ version, name }: Named): string => `
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key, statements text[], name text);
insert into supabase_migrations.schema_migrations (version, name) values (${literal(version)}, ${literal(name)})
on conflict (version) do nothing;`;

/** What was put right, a line for people each. */
export const realignedLine = (row: { name: string; stamped: string; outcome: string }): string =>
  row.outcome === 'moved'
    ? `${row.name}: Supabase had recorded it by its clock as ${row.stamped}; its version is put right.`
    : `${row.name}: Supabase had recorded it a second time, as ${row.stamped}; that row is removed.`;
