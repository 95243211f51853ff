import { digest } from './digest';
import { free } from './free';
import { isOurs } from './is-ours';

/** Foreign servers with what they need: rows of the catalogue. The role that asks is not named: on the shadow it is another one. */
export const FOREIGN = `
select 'foreign data wrapper', quote_ident(fdwname), concat_ws(' ', 'handler ' || nullif(fdwhandler, 0)::regproc,
    'validator ' || nullif(fdwvalidator, 0)::regproc), ${digest('fdwoptions')}
from pg_foreign_data_wrapper w where ${free('pg_foreign_data_wrapper', 'w.oid')}
union all
select 'foreign server', quote_ident(srvname), concat_ws(' ', 'wrapper', quote_ident(fdwname), 'type ' || srvtype, 'version ' || srvversion),
  ${digest('srvoptions')}
from pg_foreign_server v join pg_foreign_data_wrapper w on w.oid = srvfdw where ${free('pg_foreign_server', 'v.oid')}
union all
select 'user mapping', quote_ident(srvname) || ' for ' || case when ${isOurs('umuser')} then 'current_user' else quote_ident(usename) end, '',
  ${digest('umoptions')}
from pg_user_mappings`;
