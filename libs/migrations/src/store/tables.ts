import { sqlStateOf } from '../drivers/sql-state';
import type { Database } from '../drivers/driver';
import { setTimeout as sleep } from 'node:timers/promises';

/** Key of the transaction lock under which the tables are made: any number that nobody else uses. */
const MAKING = 7_304_218_112_026;

/** SQLSTATEs of another run that makes the same tables in the same moment; each is gone when it has ended. */
const MADE_MEANWHILE = new Set(['55P03', '23505', '42P06', '42P07', '40001', '40P01']);

/**
 * The schema of our own. `for update` of the one row of `lease` is what keeps two runs apart while a migration's transaction is
 * open; token and `expires_at` keep them apart in between. Only the database's clock counts.
 */
const TABLES = `
do $deploy_meta$ begin
  if not pg_catalog.pg_try_advisory_xact_lock(${MAKING}) then
    raise exception 'another run is making the tables of deploy_meta' using errcode = '55P03';
  end if;
end $deploy_meta$;
create schema if not exists deploy_meta;
revoke all on schema deploy_meta from public;
create table if not exists deploy_meta.migrations (
  version text primary key check (version ~ '^[0-9]{14}$'),
  name text not null,
  checksum text not null,
  state text not null check (state in ('applied', 'running', 'failed', 'baseline')),
  applied_at timestamptz not null default pg_catalog.clock_timestamp(),
  applied_by text not null,
  deployment text,
  duration_ms integer
);
create table if not exists deploy_meta.lease (
  id integer primary key check (id = 1),
  token text,
  holder text,
  deployment text,
  acquired_at timestamptz,
  expires_at timestamptz
);
insert into deploy_meta.lease (id) values (1) on conflict (id) do nothing;
comment on schema deploy_meta is 'Record and lease of Polydev Deploy''s migrations';
`;

/** Whether the database has the tables of `deploy_meta`: false for one that was never migrated. */
export const hasTables = async (database: Pick<Database, 'rows'>): Promise<boolean> => {
  const [row] = await database.rows<{ readonly there: boolean }>(
    `select count(*) = 2 as there from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'deploy_meta' and c.relname in ('migrations', 'lease') and c.relkind = 'r'`,
  );
  return row?.there === true;
};

/** Makes the tables of `deploy_meta` where they are missing; several runs may do so at once. Throws what the driver throws. */
export const ensureTables = async (database: Pick<Database, 'rows' | 'exec'>, attempts = 20): Promise<void> => {
  if (await hasTables(database)) return;
  try {
    await database.exec(TABLES);
  } catch (error) {
    if (attempts <= 1 || !MADE_MEANWHILE.has(sqlStateOf(error) ?? '')) throw error;
    await sleep(100);
    await ensureTables(database, attempts - 1);
  }
};
