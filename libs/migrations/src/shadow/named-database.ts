import { shadowIsReal, shadowNotEmpty } from '@polydev/errors';
import { readCatalogue } from '../catalogue';
import type { Database } from '../drivers/driver';
import { openPostgres } from '../drivers/postgres/open';
import type { OpenedShadow, ShadowConfig } from './open-shadow';

/** Databases whose name says that they may be emptied. */
const NAMED_AS_SHADOW = /(?:^|[_-])shadow$/;

export interface NamedShadow extends ShadowConfig {
  readonly urlVariable: string;
}

/** Opens the database that the environment names as shadow, and empties it where its name says that this is what it is for. */
export const openNamed = async ({ env, urlVariable, realAddress }: NamedShadow): Promise<OpenedShadow> => {
  const database = await openPostgres({ driver: 'postgres', urlVariable }, env);
  try {
    if (database.address === realAddress) throw shadowIsReal({ variable: urlVariable, address: database.address });
    await makeEmpty(database, urlVariable);
  } catch (error) {
    await database.close();
    throw error;
  }
  return { database, standIn: () => undefined, close: database.close };
};

const makeEmpty = async (database: Database, variable: string): Promise<void> => {
  const holds = await contentsOf(database);
  if (holds.length === 0) return;
  const [row] = await database.rows<{ readonly name: string }>('select current_database() as name');
  if (!NAMED_AS_SHADOW.test(row?.name ?? '')) {
    throw shadowNotEmpty({ variable, address: database.address, holds });
  }
  await database.exec(EMPTY);
};

/** Everything but the schema `public` and rights on it, our own tables included. */
const contentsOf = async (database: Database): Promise<readonly string[]> => {
  const { objects } = await readCatalogue(database);
  const own = await database.rows<{ readonly name: string }>(
    `select nspname as name from pg_catalog.pg_namespace where nspname in ('deploy_meta', 'supabase_migrations')`,
  );
  const found = objects.filter(({ kind, name }) => kind !== 'grant' && !(kind === 'schema' && name === 'public'));
  return [...own.map(({ name }) => `schema ${name}`), ...found.map(({ kind, name }) => `${kind} ${name}`)];
};

/** Drops all that a user may drop, and makes `public` anew. */
const EMPTY = `
do $do$ declare thing text; begin
  for thing in select pubname from pg_catalog.pg_publication loop execute format('drop publication %I', thing); end loop;
  for thing in select extname from pg_catalog.pg_extension where extname <> 'plpgsql' loop
    execute format('drop extension if exists %I cascade', thing);
  end loop;
  for thing in select nspname from pg_catalog.pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema if exists %I cascade', thing);
  end loop;
end $do$;
create schema public;
grant usage on schema public to public;`;
