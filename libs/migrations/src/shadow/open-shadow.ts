import { shadowUnavailable } from '@polydev/errors';
import type { Database } from '../drivers/driver';
import { openPostgres } from '../drivers/postgres/open';
import type { Migration } from '../migration';
import { cacheDirectory } from './cache-directory';
import { startThrowawayCluster } from './cluster';
import { memoryDirectory } from './memory-directory';
import { openNamed } from './named-database';
import { ordinaryUser } from './ordinary-user';
import { prepareShadow } from './prepare-shadow';
import { postgresPrograms } from './programs';
import { extensionsIn, missingExtensions, putStandIns } from './stand-in-extensions';
import type { Surroundings } from './surroundings';

/** A database on which migrations are tried; closing it removes what it left. */
export interface Shadow {
  readonly database: Database;
  /** What it cannot hold, as objects of a schema: `extension postgis`. Of those nothing is validated. */
  readonly notHeld: readonly string[];
  readonly close: () => Promise<void>;
}

/** Where a shadow comes from. */
export interface ShadowSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variable of `env` with the connection string of a database to use; undefined = a cluster of its own is made. */
  readonly urlVariable?: string | undefined;
  /** Where templates are kept and shadows run; undefined = see `cacheDirectory` and `memoryDirectory`. */
  readonly cache?: string | undefined;
}

export interface ShadowConfig extends ShadowSource {
  /** All that will be run on it: what they mention is made beforehand. */
  readonly migrations: readonly Pick<Migration, 'sql'>[];
  /** What surrounds the real database; undefined = not known. */
  readonly surroundings?: Surroundings | undefined;
  /** Address of the real database, which a named shadow must not be. */
  readonly realAddress?: string | undefined;
}

/**
 * Opens an empty database with what migrations expect around them (roles, default rights, on Supabase its schemas): a cluster of its
 * own, up in a fraction of a second, or the one that `urlVariable` names. Throws SHADOW_UNAVAILABLE,
 * SHADOW_PROGRAM_FAILED, SHADOW_NOT_STARTED, SHADOW_NOT_EMPTY, SHADOW_IS_REAL, and what `openPostgres` throws.
 */
export const openShadow = async (config: ShadowConfig): Promise<Shadow> => {
  const opened =
    config.urlVariable === undefined
      ? await openOwn(config)
      : await openNamed({ ...config, urlVariable: config.urlVariable });
  try {
    const wanted = extensionsIn(config.migrations);
    const missing = await missingExtensions(opened.database, wanted);
    opened.standIn(missing);
    await prepareShadow(opened.database, config);
    return { ...opened, notHeld: missing.map((name) => `extension ${name}`) };
  } catch (error) {
    await opened.close();
    throw error;
  }
};

/** A shadow before anything was put into it. */
export interface OpenedShadow extends Omit<Shadow, 'notHeld'> {
  /** Puts empty extensions in the place of those that it does not have, where it can. */
  readonly standIn: (extensions: readonly string[]) => void;
}

const openOwn = async (config: ShadowConfig): Promise<OpenedShadow> => {
  const programs = postgresPrograms();
  const platform = `${process.platform}-${process.arch}`;
  if (!programs) throw shadowUnavailable({ platform });
  const user = ordinaryUser();
  const place = config.cache
    ? { cache: config.cache }
    : { cache: cacheDirectory(config.env), running: memoryDirectory() };
  const cluster = await startThrowawayCluster({ programs, user, ...place });
  const database = await openPostgres({ driver: 'postgres', urlVariable: 'SHADOW' }, { SHADOW: cluster.url }).catch(
    async (error: unknown) => {
      await cluster.close();
      throw error;
    },
  );
  return {
    database,
    standIn: (extensions) => putStandIns(cluster.extensions, extensions, user),
    close: async () => {
      await database.close();
      await cluster.close();
    },
  };
};
