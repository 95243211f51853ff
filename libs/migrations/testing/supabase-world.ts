import { readFileSync } from 'node:fs';
import { childrenOf } from '@polydev/host/testing';
import { ALREADY_APPLIED, type Database, type DatabaseConfig } from '../src/drivers/driver';
import { openSupabaseMcp, type Patience } from '../src/drivers/supabase/open';
import { writeRecord } from '../src/store/records';
import { ensureTables } from '../src/store/tables';
import { startManagementApi, type ManagementApi } from './management-api';
import type { PostgresCluster } from './postgres-cluster';

type SupabaseConfig = Extract<DatabaseConfig, { driver: 'supabase-mcp' }>;
type Named = { readonly version: string; readonly name: string };

/** A Supabase project of one test's: a database of its own, the Management API before it, and whatever the test opens. */
export interface SupabaseWorld {
  readonly api: ManagementApi;
  /** Opens it by the official server over stdio, or by `url`. */
  readonly open: (
    options?: { readonly config?: Partial<SupabaseConfig>; readonly token?: string } & Patience,
  ) => Promise<Database>;
  /** What the project's own list of migrations says: `20261127090000 first`. */
  readonly listed: () => Promise<readonly string[]>;
  /** Names of the tables in `public`. */
  readonly tables: () => Promise<readonly string[]>;
  readonly sql: <T extends object>(sql: string) => Promise<readonly T[]>;
  readonly close: () => Promise<void>;
}

/** Makes a project in a cluster. Nothing waits in it: pauses are kept in `waited` by whoever gives a `wait`. */
export const startSupabaseWorld = async (cluster: PostgresCluster): Promise<SupabaseWorld> => {
  const { name, url } = await cluster.createDatabase();
  const api = await startManagementApi(url);
  const opened: Database[] = [];
  const sql = <T extends object>(text: string) => cluster.query<T>(text, name);
  return {
    api,
    sql,
    open: async ({ config = {}, token = api.token, ...patience } = {}) => {
      const full = {
        driver: 'supabase-mcp',
        tokenVariable: 'SUPABASE_TOKEN',
        project: api.project,
        apiUrl: api.url,
        ...config,
      } as const;
      const env = { ...process.env, SUPABASE_TOKEN: token };
      const database = await openSupabaseMcp(full, env, { wait: async () => undefined, ...patience });
      opened.push(database);
      return database;
    },
    listed: async () => (await listOf(api)).map((row) => `${row.version} ${row.name}`),
    tables: async () => {
      const rows = await sql<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
      );
      return rows.map((row) => row.name);
    },
    close: async () => {
      await Promise.all(opened.map((database) => database.close()));
      await api.close();
    },
  };
};

/** As the service itself answers who asks for the project's migrations. */
const listOf = async ({ url, project, token }: ManagementApi): Promise<readonly Named[]> => {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/v1/projects/${project}/database/migrations`, { headers });
  return (await answer.json()) as readonly Named[];
};

/** A script as the engine's: a guard, the migration, its record. The tables of `deploy_meta` have to be there. */
export const scriptFor = (migration: Named, sql: string): string => `
do $guard$ begin if exists (select from deploy_meta.migrations where version = '${migration.version}' and state = 'applied') then
  raise exception 'applied already' using errcode = '${ALREADY_APPLIED}';
end if; end $guard$;
${sql}
;${writeRecord({ ...migration, checksum: 'c0ffee', state: 'applied', by: 'test@here' })}`;

/** Applies a migration with its record, as the engine does. */
export const applyTo = async (database: Database, migration: Named, sql: string) => {
  await ensureTables(database);
  return database.apply(migration, scriptFor(migration, sql));
};

/** The MCP servers that a process has started, this one if no other is named, and what `ps` shows of them. */
export const mcpServers = (parent = process.pid): readonly { readonly pid: number; readonly commandLine: string }[] =>
  childrenOf(parent).flatMap(({ pid }) => {
    const commandLine = commandLineOf(pid);
    return commandLine.includes('mcp-server-supabase') ? [{ pid, commandLine }] : [];
  });

const commandLineOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};
