import type { Database } from '../drivers/driver';

interface Entry {
  readonly version: string;
  readonly name: string;
}

/** What Supabase's own history of migrations has; nothing where the database has none. */
export const readHistory = async (database: Pick<Database, 'rows'>): Promise<readonly Entry[]> => {
  const [there] = await database.rows<{ readonly there: boolean }>(
    "select pg_catalog.to_regclass('supabase_migrations.schema_migrations') is not null as there",
  );
  if (there?.there !== true) return [];
  return database.rows<Entry>(
    `select version, coalesce(pg_catalog.to_jsonb(m) ->> 'name', '') as name
     from supabase_migrations.schema_migrations m order by version`,
  );
};
