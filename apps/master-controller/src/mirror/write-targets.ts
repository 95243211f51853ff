import type { ClientBase } from 'pg';
import type { HeldHere } from './read-targets';

const TARGETS = `
insert into public.targets as t
  (environment, target, host, path, url, health_url, release, sha, digest, live_since)
select s.environment, s.target, $1, s.path, s.url, s.health_url, s.release, s.sha, s.digest, s.live_since
from jsonb_to_recordset($2::jsonb) as s
  (environment text, target text, path text, url text, health_url text, release text, sha text, digest text, live_since timestamptz)
on conflict (environment, target, host) do update
  set path = excluded.path, url = excluded.url, health_url = excluded.health_url, release = excluded.release,
    sha = excluded.sha, digest = excluded.digest, live_since = excluded.live_since, seen_at = now()
  where t.seen_at < now() - interval '1 minute'
    or (t.path, t.url, t.health_url, t.release, t.sha, t.digest, t.live_since) is distinct from (
      excluded.path, excluded.url, excluded.health_url, excluded.release, excluded.sha, excluded.digest, excluded.live_since)`;

const RELEASES = `
insert into public.releases as r (environment, target, host, id, sha, digest)
select s.environment, s.target, $1, s.id, s.sha, s.digest
from jsonb_to_recordset($2::jsonb) as s (environment text, target text, id text, sha text, digest text)
on conflict (environment, target, host, id) do update set gone_at = null where r.gone_at is not null`;

const GONE = `
update public.releases r set gone_at = now()
where r.host = $1 and r.gone_at is null and not exists (
  select from jsonb_to_recordset($2::jsonb) as s (environment text, target text, id text)
  where s.environment = r.environment and s.target = r.target and s.id = r.id)`;

/** Writes what this host holds; releases that it holds no longer are marked, not removed. Throws what `pg` throws. */
export async function writeTargets(client: ClientBase, hostName: string, held: HeldHere): Promise<void> {
  await client.query(TARGETS, [hostName, JSON.stringify(held.targets)]);
  const releases = JSON.stringify(held.releases);
  await client.query(RELEASES, [hostName, releases]);
  await client.query(GONE, [hostName, releases]);
}
