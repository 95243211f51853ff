import { ALREADY_APPLIED } from '../drivers/driver';
import { fence, refreshLease } from '../lease/statements';
import type { Migration } from '../migration';
import { literal } from '../store/literal';
import { writeRecord } from '../store/records';
import type { RunContext } from './context';

/** Milliseconds since the transaction began. */
const DURATION =
  '(extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp()) * 1000)::integer';

/**
 * The script of a migration that is one transaction: guard, the file, its record. The guard locks the lease's row, so that as long as
 * the transaction lasts nobody can take the lease, even if this process dies; and it stops a script that arrives twice. `;` and a line
 * break after the file end a last statement without one. What a file sets for its session (a dump sets much) is put back, for the
 * record's sake and for whoever has the session next, the next file or somebody behind a pooler: settings, temporary tables,
 * locks and channels. Prepared statements are left, since those of a pooler would go with them.
 */
export const scriptOf = (migration: Migration, { lease, author, limits }: RunContext): string => `\
set local lock_timeout = ${Math.round(limits.lockTimeoutMs)};
set local statement_timeout = ${Math.round(limits.statementTimeoutMs)};
do $deploy_meta$ begin ${fence(lease)}
if exists (select from deploy_meta.migrations where version = ${literal(migration.version)} and state in ('applied', 'baseline')) then
  raise exception '${migration.version} is already applied' using errcode = '${ALREADY_APPLIED}';
end if;
end $deploy_meta$;
${migration.sql};
reset session authorization;
reset role;
${writeRecord({ ...migration, ...author, state: 'applied', duration: DURATION })};
${refreshLease(lease)};
discard temp;
unlisten *;
select pg_catalog.pg_advisory_unlock_all();
reset all;
`;
