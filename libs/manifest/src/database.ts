import type { DatabaseConnection, DatabaseTarget } from './config';
import { Secret } from './config';
import { defined } from './defined';
import type { Values } from './interpolate';
import { DATABASE_DEFAULTS } from './schema/database';
import { trimmed } from './schema/paths';
import { pick, type TargetLayers } from './target-layers';

const toConnection = (layers: TargetLayers): DatabaseConnection => {
  const supabase = pick(layers, 'supabase');
  if ((pick(layers, 'driver') ?? DATABASE_DEFAULTS.driver) === 'postgres') {
    const urlVariable = pick(layers, 'url_variable') ?? DATABASE_DEFAULTS.url_variable;
    return defined({ driver: 'postgres', urlVariable, through: pick(layers, 'through') } as const);
  }
  return defined({
    driver: 'supabase-mcp',
    project: supabase?.project ?? '',
    tokenVariable: supabase?.token_variable ?? DATABASE_DEFAULTS.token_variable,
    url: supabase?.url,
    apiUrl: supabase?.api_url,
  } as const);
};

const toShadow = (written: string | undefined): DatabaseTarget['shadow'] =>
  (written ?? DATABASE_DEFAULTS.shadow) === 'embedded' ? 'embedded' : { urlVariable: written ?? '' };

/** Only the variables that the target names: nothing else of the values is its business. */
const givenTo = (
  connection: DatabaseConnection,
  shadow: DatabaseTarget['shadow'],
  values: Values,
): DatabaseTarget['given'] => {
  const own = connection.driver === 'postgres' ? connection.urlVariable : connection.tokenVariable;
  const names = [own, ...(shadow === 'embedded' ? [] : [shadow.urlVariable])];
  const found = names.filter((name) => Object.hasOwn(values, name));
  return Object.fromEntries(found.map((name) => [name, new Secret(String(values[name]))]));
};

/** A database with everything filled in; `values` are those of the environment. Pure. */
export const toDatabase = (layers: TargetLayers, values: Values): DatabaseTarget => {
  const connection = toConnection(layers);
  const shadow = toShadow(pick(layers, 'shadow'));
  return {
    name: layers.name,
    migrations: trimmed(pick(layers, 'migrations') ?? ''),
    connection,
    shadow,
    dependsOn: [...new Set(pick(layers, 'depends_on') ?? [])],
    given: givenTo(connection, shadow, values),
  };
};
