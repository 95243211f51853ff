-- What every deployment did, target by target and host by host. The hosts' own record files stay the truth; these rows
-- are for queries over many hosts and a long time.

-- The role of the master-controller's service. It cannot log in until somebody gives it a password (README.md); where
-- it is there already, it stays as it is.
do $$
begin
  if to_regrole('master_controller') is null then
    create role master_controller nologin;
  end if;
end
$$;

create table public.deployments (
  environment text not null,
  id text not null check (id ~ '^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$'),
  kind text not null check (kind in ('deploy', 'rollback')),
  sha text not null,
  dirty boolean not null,
  branch text,
  deployed_by text not null,
  reason text,
  planned text[] not null,
  outcome text not null check (outcome in ('running', 'succeeded', 'rolled-back', 'stuck')),
  started_at timestamptz not null,
  ended_at timestamptz,
  record jsonb not null,
  mirrored_at timestamptz not null default now(),
  primary key (environment, id)
);

comment on table public.deployments is 'One row for each deployment; record is deployments/<id>.json of the hosts, whole.';
comment on column public.deployments.planned is 'Targets that it set out to move.';

create index deployments_newest on public.deployments (started_at desc, id desc);
create index deployments_planned on public.deployments using gin (planned);

create table public.deployment_results (
  environment text not null,
  deployment_id text not null,
  target text not null,
  host text not null,
  outcome text not null check (
    outcome in ('moved', 'unchanged', 'taken-back', 'stuck', 'not-reached', 'running')
  ),
  release text,
  digest text,
  schema_version text,
  failed_step text,
  error_code text,
  primary key (environment, deployment_id, target, host),
  foreign key (environment, deployment_id) references public.deployments (environment, id) on delete cascade
);

comment on table public.deployment_results is 'What became of one target on one host in one deployment.';
comment on column public.deployment_results.host is 'Empty for a database, which has no host.';
comment on column public.deployment_results.schema_version is 'Of a database: the newest migration afterwards.';

create index deployment_results_of_host on public.deployment_results (host, target);

-- Rows that are of no open deployment are history: the service can neither change nor remove them. Nobody else has a
-- policy, so that a role which a database gives rights to every table sees no row.
alter table public.deployments enable row level security;
alter table public.deployment_results enable row level security;

create policy controller_reads on public.deployments for select to master_controller using (true);
create policy controller_adds on public.deployments for insert to master_controller with check (true);
create policy controller_goes_on on public.deployments for update to master_controller
  using (outcome in ('running', 'stuck')) with check (true);

create policy controller_reads on public.deployment_results for select to master_controller using (true);
create policy controller_adds on public.deployment_results for insert to master_controller with check (true);
create policy controller_goes_on on public.deployment_results for update to master_controller
  using (
    exists (
      select from public.deployments d
      where d.environment = deployment_results.environment
        and d.id = deployment_results.deployment_id
        and d.outcome in ('running', 'stuck')
    )
  )
  with check (true);

grant usage on schema public to master_controller;
grant select, insert, update (outcome, ended_at, record, mirrored_at) on public.deployments to master_controller;
grant select, insert, update (outcome, release, digest, schema_version, failed_step, error_code)
  on public.deployment_results to master_controller;
