import type { Author } from '../store';
import { literal } from '../store/literal';
import { isoTime } from '../store/records';

/** SQLSTATE that a script's guard raises where its run no longer holds the lease. */
export const LEASE_LOST = 'PD002';

/** A run's claim on the lease. */
export interface Claim extends Author {
  /** Random; whoever's token stands in the row holds the lease. */
  readonly token: string;
  readonly ttlMs: number;
}

const until = ({ ttlMs }: Pick<Claim, 'ttlMs'>) =>
  `pg_catalog.clock_timestamp() + interval '${Math.round(ttlMs)} milliseconds'`;
const mine = ({ token }: Pick<Claim, 'token'>) => `token = ${literal(token)}`;

/**
 * Takes the lease if it is free, expired or ours already (an answer may have been lost): one row if it was got. `skip locked`,
 * because an open transaction of its holder is the lease while it lasts, however long ago it was renewed; and because nobody may
 * wait in a statement, whose snapshot would keep a `create index concurrently` from ending.
 */
export const takeLease = (claim: Claim): string => `
update deploy_meta.lease set token = ${literal(claim.token)}, holder = ${literal(claim.by)},
  deployment = ${literal(claim.deployment)}, acquired_at = pg_catalog.clock_timestamp(), expires_at = ${until(claim)}
where id = (select id from deploy_meta.lease
  where token is null or ${mine(claim)} or expires_at < pg_catalog.clock_timestamp() for update skip locked)
returning 1 as got`;

/** Who holds the lease: no row if nobody does. */
export const leaseHolder = `
select holder as by, ${isoTime('acquired_at')} as since from deploy_meta.lease where token is not null`;

/** Renews the lease where it is ours and no transaction of ours holds it; one row that says whether it is `held`. */
export const renewLease = (claim: Claim): string => `
with free as (select id from deploy_meta.lease where ${mine(claim)} for update skip locked),
  renewed as (update deploy_meta.lease l set expires_at = ${until(claim)} from free where l.id = free.id returning 1)
select ${mine(claim)} is true as held, (select count(*) from renewed) as renewed from deploy_meta.lease`;

export const releaseLease = (claim: Claim): string => `
update deploy_meta.lease set token = null, expires_at = pg_catalog.clock_timestamp() where ${mine(claim)}`;

/** Part of a condition: the lease is ours. */
export const holdsLease = (claim: Claim): string =>
  `exists (select from deploy_meta.lease where ${mine(claim)} for update)`;

/** Whether a transaction holds the lease's row now: one row, `busy`. */
export const leaseBusy = `
select not exists (select from deploy_meta.lease for update skip locked) as busy`;

/** Whether a deployment's run holds the lease, by its time or by an open transaction: one row, `held`. */
export const leaseOf = (deployment: string): string => `
select deployment = ${literal(deployment)} and (token is not null and expires_at > pg_catalog.clock_timestamp()
  or not exists (select from deploy_meta.lease for update skip locked)) as held from deploy_meta.lease`;

/** Inside a block of PL/pgSQL: locks the lease's row until the transaction ends, and raises {@link LEASE_LOST} if it is not ours. */
export const fence = (claim: Claim): string => `
update deploy_meta.lease set expires_at = ${until(claim)} where ${mine(claim)};
if not found then
  raise exception 'this run no longer holds the lease of deploy_meta' using errcode = '${LEASE_LOST}';
end if;`;

/** At the end of a transaction: the lease is as fresh as if it was renewed now. */
export const refreshLease = (claim: Claim): string =>
  `update deploy_meta.lease set expires_at = ${until(claim)} where ${mine(claim)}`;

/** The fence as a statement of its own, at the beginning of a message that is one transaction. */
export const fenceBlock = (claim: Claim): string => `do $deploy_meta$ begin ${fence(claim)} end $deploy_meta$`;
