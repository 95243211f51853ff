import { connectSsh, forwardPort, type Host } from '@polydev/host';
import type { DatabaseTarget, EnvironmentConfig, HostConfig } from '@polydev/manifest';
import type { Database, Migration, ShadowSource } from '@polydev/migrations';
import { resolve } from 'node:path';
import { engine } from './engine';

/** A database of an environment, and what is needed to get at it. */
export interface DatabaseInput {
  readonly environment: EnvironmentConfig;
  readonly database: DatabaseTarget;
  /** The workspace's folder. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** Hosts that are connected already. */
  readonly hosts?: readonly Host[];
}

/** Opens a database for as long as the work lasts, by way of a host where the manifest says so. Throws what stands in the way. */
export const withDatabase = async <T>(input: DatabaseInput, work: (database: Database) => Promise<T>): Promise<T> => {
  const { connection } = input.database;
  const through = connection.driver === 'postgres' ? connection.through : undefined;
  const { openDatabase } = await engine();
  const open = async (host?: Host) => {
    const forward = host && { forward: (address: string, port: number) => forwardPort(host, address, port) };
    const database = await openDatabase(connection, { env: variablesOf(input.database), ...forward });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };
  return through === undefined ? open() : withHost(through, input, open);
};

const withHost = async <T>(
  name: string,
  { environment, hosts, signal }: DatabaseInput,
  work: (host: Host) => Promise<T>,
): Promise<T> => {
  const connected = hosts?.find((host) => host.name === name);
  if (connected) return work(connected);
  const host = await connectSsh({ ...configOf(environment, name), signal });
  try {
    return await work(host);
  } finally {
    await host.close().catch(() => undefined);
  }
};

const configOf = ({ hosts }: EnvironmentConfig, name: string): HostConfig => {
  const host = hosts.find((one) => one.name === name);
  if (host === undefined) throw new Error(`The manifest was checked, and has no host ${name}.`);
  return host;
};

/** The shell's variables, and over them what the environment's values file has of those that the database names. */
const variablesOf = ({ given }: DatabaseTarget): Readonly<Record<string, string | undefined>> => ({
  ...process.env,
  ...Object.fromEntries(Object.entries(given).map(([name, secret]) => [name, secret.reveal()])),
});

/** Where a database's migrations are tried first. */
export const shadowOf = (database: DatabaseTarget): ShadowSource => ({
  env: variablesOf(database),
  ...(database.shadow === 'embedded' ? {} : { urlVariable: database.shadow.urlVariable }),
});

/** The migrations of this checkout. Throws MIGRATION_DIRECTORY_MISSING, MIGRATION_FILES_INVALID. */
export const migrationsOf = async ({
  database,
  root,
}: Pick<DatabaseInput, 'database' | 'root'>): Promise<readonly Migration[]> =>
  (await engine()).readMigrations(resolve(root, database.migrations));
