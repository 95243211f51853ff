import { deploymentRecordSchema, type DeploymentRecord, type DeploymentsAnswer } from '@polydev/contract';
import { historyUnavailable } from '@polydev/errors';
import type { Pool } from 'pg';
import { failureOf } from '../database/failure';

export interface HistoryQuery {
  readonly limit: number;
  readonly environment?: string | undefined;
  /** Only deployments that planned this target. */
  readonly target?: string | undefined;
  /** Only deployments that have a result of this host. */
  readonly host?: string | undefined;
  /** Only deployments that began at this time or later. */
  readonly since?: string | undefined;
}

const QUERY = `
select id, record, count(*) over () as total
from public.deployments d
where ($1::text is null or environment = $1)
  and ($2::text is null or planned @> array[$2])
  and ($3::timestamptz is null or started_at >= $3)
  and ($4::text is null or exists (
    select from public.deployment_results r
    where r.environment = d.environment and r.deployment_id = d.id and r.host = $4))
order by started_at desc, id desc
limit $5`;

interface Row {
  readonly id: string;
  readonly record: unknown;
  /** A count is a bigint, which comes as text. */
  readonly total: string;
}

/** Returns the newest deployments of all hosts that mirror theirs into the database. Throws HISTORY_UNAVAILABLE. */
export async function listHistory(database: Pool, query: HistoryQuery): Promise<DeploymentsAnswer> {
  const { environment, target, since, host, limit } = query;
  const { rows } = await database.query<Row>(QUERY, [environment, target, since, host, limit]).catch(throwUnavailable);
  const read = rows.map(({ id, record }) => ({ id, result: deploymentRecordSchema.safeParse(record) }));
  return {
    deployments: read.flatMap(({ result }): DeploymentRecord[] => (result.success ? [result.data] : [])),
    total: Number(rows[0]?.total ?? 0),
    unreadable: read.flatMap(({ id, result }) =>
      result.success ? [] : [`${id}: ${result.error.issues[0]?.message ?? ''}`],
    ),
  };
}

const throwUnavailable = (error: unknown): never => {
  const { reason, kind } = failureOf(error);
  throw historyUnavailable({ reason, migrated: kind !== 'tables' });
};
