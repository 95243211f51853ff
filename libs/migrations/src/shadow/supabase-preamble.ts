import type { Migration } from '../migration';
import { makeRole } from './surroundings';

/** Names that a migration would only use on Supabase. */
const MENTIONS =
  /\b(?:anon|authenticated|service_role|supabase_\w+)\b|\b(?:auth|storage|extensions|realtime|vault)\s*\.\s*\w+|\bschema\s+extensions\b/i;

/** Whether migrations lean on what only a Supabase project has. */
export const mentionsSupabase = (migrations: readonly Pick<Migration, 'sql'>[]): boolean =>
  migrations.some(({ sql }) => MENTIONS.test(sql));

const ROLES = [
  'anon',
  'authenticated',
  'service_role',
  'authenticator',
  'supabase_admin',
  'supabase_auth_admin',
  'supabase_storage_admin',
];

const kindsOf = ['tables', 'sequences', 'functions'];

/**
 * What Supabase puts into a new project and migrations lean on, as far as it is documented
 * (https://supabase.com/docs/guides/database/postgres/row-level-security, …/database/postgres/roles, …/storage/schema/design):
 * enough for references, policies and triggers to be made, not a working Auth or Storage.
 */
export const SUPABASE_PREAMBLE: string = [
  ...ROLES.map(makeRole),
  'create schema if not exists auth',
  'create schema if not exists storage',
  'create schema if not exists extensions',
  'create schema if not exists realtime',
  `create table if not exists auth.users (
  id uuid primary key, instance_id uuid, aud text, role text, email text, phone text, encrypted_password text,
  email_confirmed_at timestamptz, phone_confirmed_at timestamptz, confirmed_at timestamptz, last_sign_in_at timestamptz,
  raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin boolean, is_anonymous boolean not null default false,
  banned_until timestamptz, deleted_at timestamptz, created_at timestamptz, updated_at timestamptz
)`,
  claim('jwt', 'jsonb', `nullif(current_setting('request.jwt.claims', true), '')::jsonb`),
  claim('uid', 'uuid', `(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid`),
  claim('role', 'text', `nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'`),
  claim('email', 'text', `nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'`),
  `create table if not exists storage.buckets (
  id text primary key, name text not null unique, owner uuid, owner_id text, public boolean default false,
  avif_autodetection boolean default false, file_size_limit bigint, allowed_mime_types text[],
  created_at timestamptz default now(), updated_at timestamptz default now()
)`,
  `create table if not exists storage.objects (
  id uuid primary key default gen_random_uuid(), bucket_id text references storage.buckets (id), name text, owner uuid,
  owner_id text, metadata jsonb, user_metadata jsonb, version text, path_tokens text[],
  created_at timestamptz default now(), updated_at timestamptz default now(), last_accessed_at timestamptz default now()
)`,
  'alter table storage.buckets enable row level security',
  'alter table storage.objects enable row level security',
  `create or replace function storage.foldername(name text) returns text[] language sql immutable
  as $f$ select (string_to_array(name, '/'))[1 : array_length(string_to_array(name, '/'), 1) - 1] $f$`,
  `create or replace function storage.filename(name text) returns text language sql immutable
  as $f$ select (string_to_array(name, '/'))[array_length(string_to_array(name, '/'), 1)] $f$`,
  `do $do$ begin if not exists (select from pg_publication where pubname = 'supabase_realtime') then
  create publication supabase_realtime; end if; end $do$`,
  'grant usage on schema public, auth, storage, extensions to anon, authenticated, service_role',
  ...kindsOf.map(
    (kind) => `alter default privileges in schema public grant all on ${kind} to anon, authenticated, service_role`,
  ),
]
  .map((statement) => `${statement};\n`)
  .join('');

function claim(name: string, type: string, expression: string): string {
  return `create or replace function auth.${name}() returns ${type} language sql stable as $f$ select ${expression} $f$`;
}
