import type { Database } from '../drivers/driver';
import type { AppliedMigration, Migration } from '../migration';
import { literal } from './literal';
import { hasTables } from './tables';

/** Who migrates, for the record. */
export interface Author {
  /** `user@machine`. */
  readonly by: string;
  readonly deployment?: string | undefined;
}

type Row = { readonly [key in keyof AppliedMigration]: AppliedMigration[key] | null };

/** A timestamp as ISO 8601 in UTC with milliseconds, whatever the session's time zone and date style are. */
export const isoTime = (column: string): string =>
  `pg_catalog.to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const SELECT = `select version, name, checksum, state, ${isoTime('applied_at')} as "appliedAt", applied_by as "by", deployment,
  duration_ms as "durationMs" from deploy_meta.migrations`;

/** What the database knows of its migrations, by rising version; none where it was never migrated. Changes nothing. */
export const readApplied = async (database: Pick<Database, 'rows'>): Promise<readonly AppliedMigration[]> =>
  (await hasTables(database)) ? (await database.rows<Row>(`${SELECT} order by version`)).map(fromRow) : [];

/** The record of one migration, where there is one. The tables have to be there. */
export const readRecord = async (
  database: Pick<Database, 'rows'>,
  version: string,
): Promise<AppliedMigration | undefined> =>
  (await database.rows<Row>(`${SELECT} where version = ${literal(version)}`)).map(fromRow)[0];

const fromRow = (row: Row): AppliedMigration => ({
  ...(row as AppliedMigration),
  deployment: row.deployment ?? undefined,
  durationMs: row.durationMs ?? undefined,
});

/** What a record is written from. */
export interface NewRecord extends Pick<Migration, 'version' | 'name' | 'checksum'>, Author {
  readonly state: AppliedMigration['state'];
  /** An SQL expression for the milliseconds that it took. */
  readonly duration?: string;
}

/**
 * SQL that writes a record over one of an earlier attempt; an applied or baseline one is never overwritten. `where` (SQL, by default
 * nothing) can make it depend on the lease.
 */
export const writeRecord = (record: NewRecord, where = 'true'): string => `
insert into deploy_meta.migrations as known (version, name, checksum, state, applied_by, deployment, duration_ms)
select ${[record.version, record.name, record.checksum, record.state, record.by, record.deployment].map(literal).join(', ')}, ${
  record.duration ?? 'null::integer'
} where ${where}
on conflict (version) do update set name = excluded.name, checksum = excluded.checksum, state = excluded.state,
  applied_at = excluded.applied_at, applied_by = excluded.applied_by, deployment = excluded.deployment,
  duration_ms = excluded.duration_ms
where known.state in ('running', 'failed')`;
