import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import pg from 'pg';
import { isOpsError, type OpsError } from '@polydev/errors';
import { eventually } from '@polydev/host/testing';
import { startPostgres, type PostgresCluster } from '../../../testing';
import { openDatabase } from '../open-database';

const open = (url: string | undefined) =>
  openDatabase({ driver: 'postgres', urlVariable: 'APP_DATABASE' }, { env: { APP_DATABASE: url } });

/** How opening it ends: as a situation of the user's, with what to do, and without a secret. */
const refusal = async (url: string | undefined, secrets: readonly string[] = []): Promise<OpsError> => {
  const error = await open(url).then(
    async (database) => database.close().then(() => new Error('it was let in')),
    (thrown: unknown) => thrown,
  );
  if (!isOpsError(error)) throw error;
  expect(error.hint).not.toBe('');
  const all = inspect(error, { depth: Infinity, showHidden: true }) + error.hint;
  for (const secret of secrets) expect(all).not.toContain(secret);
  return error;
};

describe('a PostgreSQL by its connection string', () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await startPostgres();
  });
  afterAll(() => cluster.close());

  /** In whatever form it may be written. */
  const passwords = () => [cluster.password, encodeURIComponent(cluster.password)];
  const sessions = async () =>
    (await cluster.query(`select from pg_stat_activity where application_name = 'polydev-migrations'`)).length;

  test('is opened, asked and closed, and the password is nowhere to be seen', async () => {
    const database = await open(cluster.url());
    expect(database.address).toBe(`postgres://postgres@127.0.0.1:${cluster.port}/postgres`);
    expect(await database.rows('select current_user as me')).toEqual([{ me: 'postgres' }]);
    const seen = inspect(database, { depth: Infinity, showHidden: true });
    for (const password of passwords()) expect(seen).not.toContain(password);
    expect(await sessions()).toBe(1);
    await Promise.all([database.close(), database.close()]);
    expect(await sessions()).toBe(0);
  });

  test('is found by its Unix socket too', async () => {
    const url = `postgres://postgres@/postgres?host=${encodeURIComponent(cluster.directory)}&port=${cluster.port}`;
    const database = await open(url);
    expect(database.address).toContain(`?host=${cluster.directory}`);
    expect(await database.rows('select inet_server_addr() is null as local')).toEqual([{ local: true }]);
    await database.close();
  });

  test('the settings of the environment for other programs play no part', async () => {
    const other = { PGPASSWORD: 'of another database', PGUSER: 'nobody', PGSSLMODE: 'require' };
    Object.assign(process.env, other);
    try {
      await (await open(cluster.url())).close();
      const none = await refusal(`postgres://postgres@127.0.0.1:${cluster.port}/postgres`, ['of another database']);
      expect(none.code).toBe('DATABASE_AUTH_FAILED');
      expect(none.message).toContain('it asks for a password, and the connection string has none');
    } finally {
      for (const name of Object.keys(other)) Reflect.deleteProperty(process.env, name);
    }
  });

  test('a wrong password is told as that, and nothing stays open', async () => {
    const error = await refusal(cluster.url({ password: 'mistaken-4711' }), ['mistaken-4711']);
    expect(error).toMatchObject({
      code: 'DATABASE_AUTH_FAILED',
      message: expect.stringContaining('password authentication failed for user "postgres"'),
      hint: expect.stringContaining('APP_DATABASE'),
    });
    expect(await sessions()).toBe(0);
  });

  test('a user whom pg_hba.conf does not let in is told so', async () => {
    await cluster.query('create role outsider login');
    const file = join(cluster.directory, 'data', 'pg_hba.conf');
    writeFileSync(file, `host all outsider all reject\n${readFileSync(file, 'utf8')}`);
    await cluster.query('select pg_reload_conf()');
    const error = await refusal(cluster.url({ user: 'outsider' }), passwords());
    expect(error).toMatchObject({ code: 'DATABASE_AUTH_FAILED', message: expect.stringContaining('pg_hba.conf') });
  });

  test('a database that the server does not have is named', async () => {
    const error = await refusal(cluster.url({ database: 'apps' }), passwords());
    expect(error).toMatchObject({ code: 'DATABASE_UNKNOWN', hint: expect.stringContaining('createdb apps') });
  });

  test('a role with no connection left is worth waiting for', async () => {
    await cluster.query(`create role busy login password 'busy' connection limit 0`);
    expect(await refusal(cluster.url({ user: 'busy', password: 'busy' }))).toMatchObject({
      code: 'DATABASE_NOT_READY',
      message: expect.stringContaining('too many connections for role "busy"'),
    });
  });

  test('a database that is closed for now is worth waiting for', async () => {
    const { name, url } = await cluster.createDatabase();
    await cluster.query(`alter database ${name} allow_connections false`);
    expect(await refusal(url, passwords())).toMatchObject({
      code: 'DATABASE_NOT_READY',
      message: expect.stringContaining('not currently accepting connections'),
    });
  });

  test('a server that is about to stop, and one that has stopped, are told apart', async () => {
    const own = await startPostgres();
    const holdout = new pg.Client({ connectionString: own.url() });
    await holdout.connect();
    const stopping = own.stop('SIGTERM');
    // The signal is handled when the server comes to it; until then it lets us in.
    const error = await eventually(() => refusal(own.url()));
    expect(error).toMatchObject({ code: 'DATABASE_NOT_READY', message: expect.stringContaining('shutting down') });
    await holdout.end();
    await stopping;
    expect(await refusal(own.url(), [own.password])).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: `postgres://postgres@127.0.0.1:${own.port}/postgres cannot be reached: nothing listens on that port. Nothing was sent to it.`,
    });
    await own.close();
  });

  test('a host name that nobody knows is named', async () => {
    const error = await refusal('postgres://app:secret-4711@no-such-host.invalid/app', ['secret-4711']);
    expect(error.code).toBe('DATABASE_UNREACHABLE');
    expect(error.message).toMatch(/app@no-such-host\.invalid:5432\/app cannot be reached: .*(no such host|looked up)/);
  });

  test.each([
    ['never answers', (): void => undefined, 'it does not answer'],
    ['hangs up', (end: () => void) => end(), 'it closed the connection before the login'],
  ])('something that listens there and %s is not waited for longer than was asked for', async (_, act, words) => {
    const sockets: { destroy: () => void }[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      act(() => socket.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const error = await refusal(cluster.url({ port, parameters: { connect_timeout: '1' } }), passwords());
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', message: expect.stringContaining(words) });
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a connection string that cannot be used', () => {
  test.each([
    ['is missing', undefined, 'DATABASE_URL_MISSING', 'APP_DATABASE is not set'],
    ['is empty', '', 'DATABASE_URL_MISSING', 'APP_DATABASE is not set'],
    ['is of another kind', 'mysql://u:pw-4711@h/d', 'DATABASE_URL_INVALID', 'not a URL that begins with `postgres://`'],
    ['is no URL', 'host=h password=pw-4711', 'DATABASE_URL_INVALID', 'not a URL that begins with `postgres://`'],
    ['names no user', 'postgres://db/app', 'DATABASE_URL_INVALID', 'it names no user'],
    ['has a bare %', 'postgres://u:pw-4711%@h/app', 'DATABASE_URL_INVALID', 'its password holds a `%`'],
    ['has a bare ? in its password', 'postgres://u:1?pw-4711@h/app', 'DATABASE_URL_INVALID', 'it names no user'],
    [
      'asks for an unknown sslmode',
      'postgres://u@h/d?sslmode=on',
      'DATABASE_URL_INVALID',
      'its sslmode is not one of disable',
    ],
    ['asks for what means nothing', 'postgres://u@h/d?pool=5', 'DATABASE_URL_INVALID', 'mean nothing here: pool'],
    ['has a strange patience', 'postgres://u@h/d?connect_timeout=soon', 'DATABASE_URL_INVALID', 'its connect_timeout'],
    ['has a strange port', 'postgres://u@h/d?port=x', 'DATABASE_URL_INVALID', 'its port is not a number'],
  ])('because it %s says so, and shows nothing of it that may be secret', async (_, url, code, words) => {
    expect(await refusal(url, ['pw-4711'])).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('says all that is wrong with it at once', async () => {
    const { message } = await refusal('postgres://h/d?sslmode=on&port=0');
    expect(message).toContain('it names no user; its port is not a number from 1 to 65535; its sslmode is not one of');
  });
});
