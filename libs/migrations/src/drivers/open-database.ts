import type { Database, DatabaseConfig } from './driver';
import { openPostgres, type Forward } from './postgres/open';
import { openSupabaseMcp } from './supabase/open';

export interface OpenOptions {
  /** Where the variables are looked up that the config names. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For a PostgreSQL that only a host of the environment reaches. */
  readonly forward?: Forward | undefined;
}

/** Opens a database by the driver that its config names. Throws what `openPostgres` and `openSupabaseMcp` throw. */
export const openDatabase = (config: DatabaseConfig, { env, forward }: OpenOptions): Promise<Database> => {
  switch (config.driver) {
    case 'postgres':
      return openPostgres(config, env, forward);
    case 'supabase-mcp':
      return openSupabaseMcp(config, env);
  }
};
