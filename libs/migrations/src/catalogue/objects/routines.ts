import { free } from './free';

/** PostgreSQL's own objects have smaller numbers (access/transam.h, FirstNormalObjectId). */
const FIRST_OF_USERS = 16384;

/**
 * Functions, and what calls them by another name: rows of the catalogue, from `routine` and `space`. A cast that came with a range
 * type belongs to that type.
 */
export const ROUTINES = `
select r.kind, r.name, concat_ws(' ', 'returns ' || pg_get_function_result(r.oid), 'language ' || quote_ident(lanname),
    case provolatile when 'i' then 'immutable' when 's' then 'stable' end, case when proisstrict then 'strict' end,
    case when prosecdef then 'security definer' end, case proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
    'set ' || array_to_string(proconfig, ', ')), concat_ws(' ', pg_get_function_arguments(r.oid), prosrc, pg_get_function_sqlbody(r.oid),
    (select (to_jsonb(a) - 'aggfnoid')::text from pg_aggregate a where aggfnoid = r.oid))
from routine r join pg_language l on l.oid = r.prolang
union all
select 'operator', o.oid::regoperator::text, concat_ws(' ', 'returns', format_type(oprresult, null), 'function', oprcode,
    'commutator ' || nullif(oprcom, 0)::regoperator, 'negator ' || nullif(oprnegate, 0)::regoperator,
    case when oprcanmerge then 'merges' end, case when oprcanhash then 'hashes' end), concat_ws(' ', oprrest, oprjoin)
from pg_operator o join space s on s.oid = oprnamespace where oprcode <> 0 and ${free('pg_operator', 'o.oid')}
union all
select 'cast', format_type(castsource, null) || ' as ' || format_type(casttarget, null), concat_ws(' ',
    case castmethod when 'b' then 'without function' when 'i' then 'with inout' else 'with function ' || castfunc::regprocedure end,
    case castcontext when 'a' then 'as assignment' when 'i' then 'as implicit' end), ''
from pg_cast c where oid >= ${FIRST_OF_USERS} and ${free('pg_cast', 'c.oid')}
  and not exists (select from pg_depend x where x.classid = 'pg_cast'::regclass and x.objid = c.oid and x.deptype = 'i')
union all
select 'event trigger', quote_ident(evtname), concat_ws(' ', 'on', evtevent, 'for ' || array_to_string(evttags, ', '), 'execute function',
    evtfoid::regprocedure, case evtenabled when 'D' then '(disabled)' when 'R' then '(replica)' when 'A' then '(always)' end), ''
from pg_event_trigger e where ${free('pg_event_trigger', 'e.oid')}`;
