import { free } from './free';

/** Text search: rows of the catalogue, from `space`. Which kind of word goes to which dictionary is part of the body. */
export const TEXT_SEARCH = `
select 'text search dictionary', s.name || '.' || quote_ident(dictname), 'template ' || tmplname, coalesce(dictinitoption, '')
from pg_ts_dict d join space s on s.oid = dictnamespace join pg_ts_template t on t.oid = dicttemplate where ${free('pg_ts_dict', 'd.oid')}
union all
select 'text search configuration', s.name || '.' || quote_ident(cfgname), concat_ws(' ', 'parser', prsname,
    'with ' || (select string_agg(distinct mapdict::regdictionary::text collate "C", ', ') from pg_ts_config_map where mapcfg = c.oid)),
  coalesce((select string_agg(concat_ws(' ', maptokentype, mapdict::regdictionary), ', ' order by maptokentype, mapseqno)
    from pg_ts_config_map where mapcfg = c.oid), '')
from pg_ts_config c join space s on s.oid = cfgnamespace join pg_ts_parser p on p.oid = cfgparser where ${free('pg_ts_config', 'c.oid')}`;
