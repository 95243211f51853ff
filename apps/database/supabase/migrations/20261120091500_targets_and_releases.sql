-- Where each target lives, what is live there, and which releases a host holds or held.

create table public.targets (
  environment text not null,
  target text not null,
  host text not null,
  path text not null,
  url text,
  health_url text,
  release text,
  sha text,
  digest text,
  live_since timestamptz,
  seen_at timestamptz not null default now(),
  primary key (environment, target, host)
);

comment on table public.targets is 'What is live of a target on a host; release is empty where nothing is.';
comment on column public.targets.seen_at is 'When the host last said so, to the minute.';

create table public.releases (
  environment text not null,
  target text not null,
  host text not null,
  id text not null,
  sha text not null,
  digest text not null,
  first_seen_at timestamptz not null default now(),
  gone_at timestamptz,
  primary key (environment, target, host, id)
);

comment on table public.releases is 'An artifact that was placed on a host; gone_at says when it was no longer there.';

create index releases_of_commit on public.releases (sha);

alter table public.targets enable row level security;
alter table public.releases enable row level security;

create policy controller_reads on public.targets for select to master_controller using (true);
create policy controller_adds on public.targets for insert to master_controller with check (true);
create policy controller_goes_on on public.targets for update to master_controller using (true) with check (true);

create policy controller_reads on public.releases for select to master_controller using (true);
create policy controller_adds on public.releases for insert to master_controller with check (true);
create policy controller_goes_on on public.releases for update to master_controller using (true) with check (true);

grant select, insert, update (path, url, health_url, release, sha, digest, live_since, seen_at)
  on public.targets to master_controller;
-- What a release is made of never changes; whether it is still there does.
grant select, insert, update (gone_at) on public.releases to master_controller;
