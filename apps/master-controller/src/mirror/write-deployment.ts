import type { DeploymentRecord } from '@polydev/contract';
import type { ClientBase } from 'pg';
import { resultRows } from './deployment-row';

/**
 * Each host has its own copy of a record, and one that died has an old one: what is further on wins, and what has ended stays.
 * The results are written where, and only where, the deployment was: one statement, so all of it or nothing.
 */
const WRITE = `
with written as (
  insert into public.deployments as d
    (environment, id, kind, sha, dirty, branch, deployed_by, reason, planned, outcome, started_at, ended_at, record)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb)
  on conflict (environment, id) do update
    set outcome = excluded.outcome, ended_at = excluded.ended_at, record = excluded.record, mirrored_at = now()
    where (d.outcome = 'running' or d.outcome = 'stuck' and excluded.outcome <> 'running') and d.record <> excluded.record
  returning environment, id
)
insert into public.deployment_results
  (environment, deployment_id, target, host, outcome, release, digest, schema_version, failed_step, error_code)
select written.environment, written.id, r.*
from written, jsonb_to_recordset($14::jsonb) as r
  (target text, host text, outcome text, release text, digest text, schema_version text, failed_step text, error_code text)
on conflict (environment, deployment_id, target, host) do update
  set outcome = excluded.outcome, release = excluded.release, digest = excluded.digest,
    schema_version = excluded.schema_version, failed_step = excluded.failed_step, error_code = excluded.error_code`;

/** Writes one deployment, over what another host or an earlier look has written of it. Throws what `pg` throws. */
export async function writeDeployment(client: ClientBase, record: DeploymentRecord): Promise<void> {
  const { environment, id, kind, sha, dirty, branch, by, reason, planned, outcome, startedAt, endedAt } = record;
  await client.query(WRITE, [
    ...[environment, id, kind, sha, dirty, branch, by, reason, planned, outcome, startedAt, endedAt],
    JSON.stringify(record),
    JSON.stringify(resultRows(record)),
  ]);
}
