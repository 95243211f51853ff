import pg from 'pg';

/** What an endpoint answers. Text is a page, anything else JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Service {
  readonly connectionString: string;
  /** The clock, where it is held: `20261127010203`. */
  second: string | undefined;
}

/** Every call is a connection of its own, as behind the real one: nothing of a session lives on. */
const withClient = async <T>({ connectionString }: Service, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString, types: asJson });
  client.on('error', () => undefined);
  await client.connect();
  return work(client).finally(() => client.end());
};

/** https://github.com/supabase/postgres-meta: bigint as a number, dates as text. */
const { builtins } = pg.types;
type TypeId = Parameters<typeof pg.types.getTypeParser>[0];
const TEXT: readonly TypeId[] = [builtins.DATE, builtins.INTERVAL, builtins.TIMESTAMP, builtins.TIMESTAMPTZ];
const asJson = {
  getTypeParser: (oid: TypeId) => {
    if (oid === builtins.INT8) return Number;
    return TEXT.includes(oid) ? (value: string) => value : pg.types.getTypeParser(oid, 'text');
  },
};

/**
 * As self-hosted Supabase does it: one message, with the SQL as it came and the service's own row behind it. What is wrong with that
 * is part of it: a comment in the last line swallows the semicolon, and two migrations of one second collide.
 */
export const applyMigration = (service: Service, { name, query }: { name: string; query: string }): Promise<Reply> =>
  withClient(service, async (client) => {
    await client.query(`
begin; create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text; commit;`);
    const version = service.second
      ? pg.escapeLiteral(service.second)
      : `to_char(current_timestamp, 'YYYYMMDDHH24MISS')`;
    const row = `${version}, ${pg.escapeLiteral(name)}, array[${pg.escapeLiteral(query)}]`;
    const message = `begin; ${query};
insert into supabase_migrations.schema_migrations (version, name, statements) values (${row}); commit;`;
    return reply(client, message, 200);
  });

export const executeQuery = (service: Service, call: { query: string; readOnly: boolean }): Promise<Reply> =>
  withClient(service, async (client) => {
    // The real one uses a role of its own that may only read.
    if (call.readOnly) await client.query('set default_transaction_read_only = on');
    return reply(client, call.query, 201);
  });

export const listMigrations = (service: Service): Promise<Reply> =>
  withClient(service, async (client) => {
    const there = await client.query(
      `select to_regclass('supabase_migrations.schema_migrations') is not null as there`,
    );
    if (!there.rows[0].there) return { status: 200, body: [] };
    return reply(client, 'select version, name from supabase_migrations.schema_migrations order by version', 200);
  });

/** One of the real lints, `rls_disabled_in_public`, in the shape of the API. */
export const lintTables = (service: Service): Promise<Reply> =>
  withClient(service, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select tablename as name from pg_catalog.pg_tables where schemaname = 'public' and not rowsecurity order by 1`,
    );
    return { status: 200, body: { lints: rows.map(({ name }) => rlsDisabled(name)) } };
  });

const rlsDisabled = (name: string) => ({
  name: 'rls_disabled_in_public',
  title: 'RLS Disabled in Public',
  level: 'ERROR',
  facing: 'EXTERNAL',
  categories: ['SECURITY'],
  description:
    'Detects cases where row level security (RLS) has not been enabled on tables in schemas exposed to PostgREST',
  detail: `Table \`public.${name}\` is public, but RLS has not been enabled.`,
  remediation: 'https://supabase.com/docs/guides/database/database-linter?lint=0013_rls_disabled_in_public',
  metadata: { name, type: 'table', schema: 'public' },
  cache_key: `rls_disabled_in_public_public_${name}`,
});

const reply = async (client: pg.Client, message: string, status: number): Promise<Reply> => {
  try {
    const result = (await client.query(message)) as pg.QueryResult | pg.QueryResult[];
    return { status, body: (Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? [] };
  } catch (error) {
    return { status: 400, body: { message: `Failed to run sql query: ${worded(error as pg.DatabaseError, message)}` } };
  }
};

/** As psql words an error with `VERBOSITY` that shows the code. */
const worded = ({ severity, code, message, position, where }: pg.DatabaseError, sql: string): string => {
  if (code === undefined) return message;
  const lines = [`${severity ?? 'ERROR'}:  ${code}: ${message}`];
  const before = sql.slice(0, Number(position) - 1).split('\n');
  if (position !== undefined) lines.push(`LINE ${before.length}: ${sql.split('\n')[before.length - 1] ?? ''}`);
  if (where !== undefined) lines.push(`CONTEXT:  ${where}`);
  return `${lines.join('\n')}\n`;
};
