-- Golden VM images: which there are, what they were built from, and the one that new VMs boot from.

create table public.images (
  id text primary key,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  agent_sha text not null check (agent_sha ~ '^[0-9a-f]{40}$'),
  state text not null check (state in ('building', 'validated', 'active', 'retired', 'failed')),
  deployment_id text references public.deployments (id) on delete set null,
  built_at timestamptz not null default now(),
  activated_at timestamptz,
  check (state <> 'active' or activated_at is not null)
);

comment on table public.images is 'Golden VM images by content.';

-- New VMs boot from one image: the database itself refuses a second one.
create unique index images_one_active on public.images (state) where state = 'active';

alter table public.images enable row level security;
