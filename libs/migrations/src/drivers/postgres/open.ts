import pg from 'pg';
import { databaseUrlInvalid, databaseUrlMissing } from '@polydev/errors';
import type { Database, DatabaseConfig } from '../driver';
import { type DriverError, connectError } from './connect-error';
import { type ConnectionTarget, parseConnectionString } from './connection-string';
import { logIn, postgresDatabase } from './postgres';
import { tlsOptions } from './tls';
import { jsonLikeTypes } from './types';

/** A port of this machine's loopback address behind which a host of the environment reaches the database. */
export interface ForwardedPort {
  readonly port: number;
  readonly close: () => Promise<void>;
}
export type Forward = (host: string, port: number) => Promise<ForwardedPort>;

type PostgresConfig = Extract<DatabaseConfig, { driver: 'postgres' }>;
type Environment = Readonly<Record<string, string | undefined>>;

/** One for a migration, one for the heartbeat beside it, the rest for questions. */
const CONNECTIONS = 4;
/** Silence after which the system asks the other side whether it is there; without it, it would do so after two hours. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/**
 * Connects to a PostgreSQL by the connection string in a variable of `env`, by way of `forward` where it is given. Logs in once, so
 * that what stands in the way is known before anything is done. Throws DATABASE_URL_MISSING, DATABASE_URL_INVALID,
 * DATABASE_TLS_REQUIRED, DATABASE_TLS_REFUSED, DATABASE_CERTIFICATE_REFUSED, DATABASE_UNREACHABLE, DATABASE_AUTH_FAILED,
 * DATABASE_UNKNOWN, DATABASE_NOT_READY, and what `forward` throws.
 */
export const openPostgres = async (config: PostgresConfig, env: Environment, forward?: Forward): Promise<Database> => {
  const variable = config.urlVariable;
  const text = env[variable];
  if (!text) throw databaseUrlMissing({ variable });
  const target = parseConnectionString(text, variable);
  const ssl = tlsOptions(target, variable);
  const forwarded = forward && (await forwardedTo(target, { config, forward }));
  const pool = openPool(target, { ssl, port: forwarded?.port });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= pool.end().then(() => forwarded?.close()));
  const connected = { pool, target, variable, close };
  try {
    await logIn(connected);
    return postgresDatabase(connected);
  } catch (error) {
    await close();
    throw error;
  }
};

/** What the host answers of the way from it to the database is told like what this machine would. */
const forwardedTo = async (
  target: ConnectionTarget,
  { config, forward }: { config: PostgresConfig; forward: Forward },
): Promise<ForwardedPort> => {
  const { urlVariable: variable, through } = config;
  if (target.host.startsWith('/')) {
    const problem = 'it names a Unix socket, which cannot be reached through another machine: name 127.0.0.1 instead';
    throw databaseUrlInvalid({ variable, problems: [problem] });
  }
  try {
    return await forward(target.host, target.port);
  } catch (error) {
    if ((error as DriverError).code === undefined) throw error;
    throw connectError(error as DriverError, target, { variable, seenFrom: through });
  }
};

const openPool = (target: ConnectionTarget, to: { ssl: pg.ClientConfig['ssl']; port: number | undefined }): pg.Pool => {
  const pool = new pg.Pool({
    host: to.port === undefined ? target.host : '127.0.0.1',
    port: to.port ?? target.port,
    database: target.database,
    user: target.user,
    // As a function it is neither replaced by one from PGPASSWORD or ~/.pgpass, nor shown where the pool is printed.
    password: () => target.password ?? '',
    application_name: target.applicationName,
    ssl: to.ssl,
    types: jsonLikeTypes,
    max: CONNECTIONS,
    connectionTimeoutMillis: target.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    // A process that forgot to close it ends all the same.
    allowExitOnIdle: true,
  });
  // An idle connection that the server ends is replaced by the next call; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
};
