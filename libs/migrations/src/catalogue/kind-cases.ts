/** What the cases below need in an empty database, besides a role `reader`. */
export const GIVEN_FOR_KINDS = `
create table t (id bigint primary key, sha text, size int not null unique);
create type pair as (a int, b int);
create function same(pair, pair) returns boolean language sql immutable as 'select true';
create function size_of(pair) returns int language sql immutable as 'select 1';
create function told() returns event_trigger language plpgsql as $$ begin end $$;`;

/** What makes an object of a kind, changes it and takes it away, each with the lines that tell of it. */
export const KIND_CASES: readonly (readonly [sql: string, ...lines: string[]])[][] = [
  [
    [
      'create statistics s (mcv, ndistinct) on id, sha from t',
      '+ statistics public.s: ndistinct, mcv on id, sha from public.t',
    ],
    [
      'alter statistics s set statistics 50',
      '~ statistics public.s: ndistinct, mcv on id, sha from public.t → ndistinct, mcv on id, sha from public.t target 50',
    ],
    ['drop statistics s', '- statistics public.s'],
  ],
  [
    [`create collation c (provider = libc, locale = 'C')`, '+ collation public.c: libc C'],
    [
      `drop collation c; create collation c (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
      '~ collation public.c: libc C → icu not deterministic',
    ],
    [
      `drop collation c; create collation c (provider = icu, locale = 'de-u-ks-level2', deterministic = false)`,
      '~ collation public.c: new definition',
    ],
    ['drop collation c', '- collation public.c'],
  ],
  [
    [
      'create operator === (leftarg = pair, rightarg = pair, function = same, commutator = ===)',
      '+ operator public.===(public.pair,public.pair): returns boolean function public.same commutator public.===(public.pair,public.pair)',
    ],
    [
      'alter operator === (pair, pair) set (restrict = eqsel)',
      '~ operator public.===(public.pair,public.pair): new definition',
    ],
    ['drop operator === (pair, pair)', '- operator public.===(public.pair,public.pair)'],
  ],
  [
    [
      'create cast (pair as int) with function size_of(pair)',
      '+ cast public.pair as integer: with function public.size_of(public.pair)',
    ],
    [
      'drop cast (pair as int); create cast (pair as int) with inout as implicit',
      '~ cast public.pair as integer: with function public.size_of(public.pair) → with inout as implicit',
    ],
    ['drop cast (pair as int)', '- cast public.pair as integer'],
  ],
  [
    [
      'create aggregate total (int) (sfunc = int4pl, stype = int)',
      '+ aggregate public.total(integer): returns integer language internal immutable',
    ],
    [
      'create or replace aggregate total (int) (sfunc = int4mul, stype = int)',
      '~ aggregate public.total(integer): new definition',
    ],
    ['drop aggregate total (int)', '- aggregate public.total(integer)'],
  ],
  [
    ['alter default privileges grant select on tables to reader', '+ grant new tables to reader: SELECT'],
    [
      'alter default privileges grant insert on tables to reader',
      '~ grant new tables to reader: SELECT → INSERT, SELECT',
    ],
    ['alter default privileges revoke all on tables from reader', '- grant new tables to reader'],
  ],
  [
    [
      'alter default privileges in schema public grant usage on sequences to reader with grant option',
      '+ grant new sequences in public to reader: USAGE*',
    ],
    [
      'alter default privileges in schema public revoke all on sequences from reader',
      '- grant new sequences in public to reader',
    ],
  ],
  [
    [
      'alter default privileges for role reader revoke execute on functions from public',
      '+ grant new functions of reader to public: revoked: EXECUTE',
    ],
    [
      'alter default privileges for role reader grant execute on functions to public',
      '- grant new functions of reader to public',
    ],
  ],
  [
    ['alter table t replica identity full', '~ table public.t: nothing → replica identity full'],
    [
      'alter table t replica identity using index t_size_key',
      '~ table public.t: replica identity full → replica identity index t_size_key',
    ],
    ['alter table t replica identity default', '~ table public.t: replica identity index t_size_key → nothing'],
  ],
  [
    ['alter table t alter sha set storage external', '~ column public.t.sha: text → text storage external'],
    [
      'alter table t alter sha set storage extended, alter sha set compression pglz',
      '~ column public.t.sha: text storage external → text compression pglz',
    ],
    ['alter table t alter sha set compression default', '~ column public.t.sha: text compression pglz → text'],
  ],
  [
    [
      'create text search configuration c (copy = english)',
      '+ text search configuration public.c: parser default with english_stem, simple',
    ],
    [
      'alter text search configuration c drop mapping for email',
      '~ text search configuration public.c: new definition',
    ],
    ['drop text search configuration c', '- text search configuration public.c'],
  ],
  [
    [
      'create text search dictionary d (template = simple, stopwords = english)',
      '+ text search dictionary public.d: template simple',
    ],
    ['alter text search dictionary d (accept = false)', '~ text search dictionary public.d: new definition'],
    ['drop text search dictionary d', '- text search dictionary public.d'],
  ],
  [
    [
      `create event trigger e on ddl_command_end when tag in ('CREATE TABLE') execute function told()`,
      '+ event trigger e: on ddl_command_end for CREATE TABLE execute function public.told()',
    ],
    [
      'alter event trigger e disable',
      '~ event trigger e: on ddl_command_end for CREATE TABLE execute function public.told() → ' +
        'on ddl_command_end for CREATE TABLE execute function public.told() (disabled)',
    ],
    ['drop event trigger e', '- event trigger e'],
  ],
  [
    [
      'create publication p for table t (id, size) where (size > 1)',
      '+ publication p',
      '+ publication table p public.t: (id, size) where (size > 1)',
    ],
    [
      `alter publication p set table t; alter publication p add tables in schema public;
       alter publication p set (publish = 'insert, delete', publish_via_partition_root)`,
      '~ publication p: nothing → only insert, delete, via partition root',
      '+ publication schema p public',
      '~ publication table p public.t: (id, size) where (size > 1) → nothing',
    ],
    ['drop publication p', '- publication p', '- publication schema p public', '- publication table p public.t'],
  ],
  [
    [
      `create foreign data wrapper w; create server s type 'x' foreign data wrapper w options (host 'a');
       create user mapping for current_user server s options (password 'secret'); create user mapping for public server s;
       create foreign table f (id int) server s options (name 'one')`,
      '+ foreign data wrapper w',
      '+ foreign server s: wrapper w type x',
      '+ user mapping s for current_user',
      '+ user mapping s for public',
      '+ foreign table public.f: server s',
      '+ column public.f.id: integer',
    ],
    [
      `alter server s options (set host 'b'); alter user mapping for current_user server s options (set password 'other');
       alter foreign table f options (set name 'two')`,
      '~ foreign server s: new definition',
      '~ user mapping s for current_user: new definition',
      '~ foreign table public.f: new definition',
    ],
    [
      'drop foreign data wrapper w cascade',
      '- foreign data wrapper w',
      '- foreign server s',
      '- user mapping s for current_user',
      '- user mapping s for public',
      '- foreign table public.f',
      '- column public.f.id',
    ],
  ],
];
