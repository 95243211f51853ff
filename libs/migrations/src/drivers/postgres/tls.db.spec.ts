import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority, startPostgres, type PostgresCluster } from '../../../testing';
import { openDatabase } from '../open-database';

const open = (url: string) => openDatabase({ driver: 'postgres', urlVariable: 'DB' }, { env: { DB: url } });
const isEncrypted = async (url: string): Promise<boolean | undefined> => {
  const database = await open(url);
  const [row] = await database.rows<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
  await database.close();
  return row?.ssl;
};

describe('TLS', () => {
  /** Its certificate is for `localhost` alone, signed by an authority that nobody else knows. */
  let cluster: PostgresCluster;
  let plain: PostgresCluster;
  let caFile: string;
  let otherCaFile: string;
  beforeAll(async () => {
    [cluster, plain] = await Promise.all([startPostgres({ tls: ['DNS:localhost'] }), startPostgres()]);
    caFile = cluster.authority!.caFile;
    otherCaFile = (await makeAuthority(cluster.directory, 'other')).caFile;
  });
  afterAll(() => Promise.all([cluster.close(), plain.close()]));

  const url = (host: string, parameters: Readonly<Record<string, string>>) => cluster.url({ host, parameters });

  test.each(['verify-full', 'require', 'verify-ca'])(
    'sslmode=%s encrypts, and takes the certificate of a CA that is named',
    async (sslmode) => {
      expect(await isEncrypted(url('localhost', { sslmode, sslrootcert: caFile }))).toBe(true);
    },
  );

  test.each(['verify-full', 'require', 'verify-ca'])(
    'sslmode=%s refuses a server whose CA it does not know',
    async (sslmode) => {
      for (const parameters of [{ sslmode, sslrootcert: otherCaFile }, { sslmode }]) {
        await expect(open(url('localhost', parameters))).rejects.toMatchObject({
          code: 'DATABASE_CERTIFICATE_REFUSED',
          message: expect.stringMatching(/its CA is not among those trusted here\. No password was sent/),
          hint: expect.stringContaining('sslrootcert'),
        });
      }
    },
  );

  test('a certificate for another name is refused, unless verify-ca asks for no name', async () => {
    const parameters = { sslrootcert: caFile };
    for (const sslmode of ['verify-full', 'require']) {
      await expect(open(url('127.0.0.1', { ...parameters, sslmode }))).rejects.toMatchObject({
        code: 'DATABASE_CERTIFICATE_REFUSED',
        message: expect.stringContaining('it is not for the name 127.0.0.1'),
      });
    }
    expect(await isEncrypted(url('127.0.0.1', { ...parameters, sslmode: 'verify-ca' }))).toBe(true);
  });

  test.each([undefined, 'disable', 'allow', 'prefer'])('on this machine sslmode=%s goes without', async (sslmode) => {
    expect(await isEncrypted(url('127.0.0.1', sslmode === undefined ? {} : { sslmode }))).toBe(false);
  });

  test.each(['disable', 'allow', 'prefer'])(
    'sslmode=%s is refused for another machine before anything is sent there',
    async (sslmode) => {
      await expect(open(`postgres://app:secret@db.example.com/app?sslmode=${sslmode}`)).rejects.toMatchObject({
        code: 'DATABASE_TLS_REQUIRED',
        message: expect.stringContaining('db.example.com'),
      });
    },
  );

  test('a server that speaks no TLS is told as that, and gets no password', async () => {
    await expect(open(plain.url({ host: 'localhost', parameters: { sslmode: 'verify-full' } }))).rejects.toMatchObject({
      code: 'DATABASE_TLS_REFUSED',
      hint: expect.stringContaining('Leave `sslmode` out'),
    });
  });

  test('a file of CAs that cannot be used is named', async () => {
    const [missing, garbage] = [join(cluster.directory, 'none.pem'), join(cluster.directory, 'garbage.pem')];
    writeFileSync(garbage, 'no certificate');
    for (const [file, words] of [
      [missing, 'cannot be read'],
      [garbage, 'holds no certificate'],
    ] as const) {
      await expect(open(url('localhost', { sslmode: 'verify-full', sslrootcert: file }))).rejects.toMatchObject({
        code: 'DATABASE_URL_INVALID',
        message: expect.stringContaining(`${file}, ${words}`),
      });
    }
  });
});
