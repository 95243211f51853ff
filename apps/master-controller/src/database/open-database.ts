import { settingsInvalid } from '@polydev/errors';
import { Client, Pool } from 'pg';

/** Longest that one of our statements may take; they are small, and a service that ends waits for one of them. */
const STATEMENT_MS = 3_000;

/**
 * Connections to the database behind a connection string, made when they are needed: one for the mirror, one for queries.
 * Throws SETTINGS_INVALID where it is no connection string; the text of it, which may hold a password, is not shown.
 */
export function openDatabase(url: string): Pool {
  const options = { connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: STATEMENT_MS } as const;
  try {
    new Client(options);
  } catch {
    throw settingsInvalid(['DATABASE_URL cannot be read as a connection string']);
  }
  const pool = new Pool({ ...options, max: 2, application_name: 'master-controller' });
  // A connection that breaks between two statements, in use or idle: whoever asks next finds out by asking.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  return pool;
}
