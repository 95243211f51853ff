-- What every deployment did, target by target and host by host. The hosts' own record files stay the truth; these rows
-- are for queries over many hosts and a long time.

create table public.deployments (
  id text primary key check (id ~ '^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$'),
  kind text not null check (kind in ('deploy', 'rollback')),
  environment text not null,
  sha text not null check (sha ~ '^[0-9a-f]{40}$'),
  dirty boolean not null default false,
  branch text,
  deployed_by text not null,
  outcome text not null check (outcome in ('running', 'succeeded', 'rolled-back', 'stuck')),
  started_at timestamptz not null,
  ended_at timestamptz check (ended_at >= started_at),
  check ((outcome = 'running') = (ended_at is null))
);

comment on table public.deployments is 'One row for each deployment, as in deployments/<id>.json on the hosts.';

create index deployments_newest on public.deployments (environment, started_at desc);

create table public.deployment_results (
  deployment_id text not null references public.deployments (id) on delete cascade,
  target text not null,
  host text not null,
  outcome text not null check (
    outcome in ('moved', 'unchanged', 'taken-back', 'stuck', 'not-reached', 'running')
  ),
  release text,
  digest text check (digest ~ '^[0-9a-f]{64}$'),
  failed_step text,
  error_code text,
  error_message text,
  error_hint text,
  primary key (deployment_id, target, host)
);

comment on table public.deployment_results is 'What became of one target on one host in one deployment.';

create index deployment_results_of_target on public.deployment_results (target, deployment_id);

-- Nobody reads or writes through the public API; the controller connects with its own role.
alter table public.deployments enable row level security;
alter table public.deployment_results enable row level security;
