import { connect } from 'node:net';
import { once } from 'node:events';
import { connectSsh, forwardPort, type Host } from '@polydev/host';
import { describeSsh, freePort, startSshd, type TestSshd } from '@polydev/host/testing';
import { startPostgres, type PostgresCluster } from '../../../testing';
import { openDatabase } from '../open-database';
import type { ForwardedPort } from './open';

describeSsh('a database that only a host of the environment reaches', () => {
  let sshd: TestSshd;
  let cluster: PostgresCluster;
  beforeAll(async () => {
    [sshd, cluster] = await Promise.all([startSshd(), startPostgres({ tls: ['DNS:localhost'] })]);
  });
  afterAll(() => Promise.all([sshd.stop(), cluster.close()]));

  const openThrough = (host: Host, url: string, seen: (forwarded: ForwardedPort) => void = () => undefined) =>
    openDatabase(
      { driver: 'postgres', urlVariable: 'DB', through: host.name },
      {
        env: { DB: url },
        forward: async (address, port) => {
          const forwarded = await forwardPort(host, address, port);
          seen(forwarded);
          return forwarded;
        },
      },
    );

  test('is opened through its SSH connection, with the certificate checked against its own name', async () => {
    const host = await connectSsh(sshd.options());
    const parameters = { sslmode: 'verify-full', sslrootcert: cluster.authority!.caFile };
    let port = 0;
    const database = await openThrough(
      host,
      cluster.url({ host: 'localhost', parameters }),
      (forwarded) => (port = forwarded.port),
    );
    expect(database.address).toBe(`postgres://postgres@localhost:${cluster.port}/postgres`);
    expect(port).not.toBe(cluster.port);
    // The sessions end at sshd, which is on the database's own machine.
    expect(await database.rows('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
    await Promise.all([database.exec('select 1'), database.exec('select 1')]);
    await database.close();
    const [error] = (await once(connect({ port, host: '127.0.0.1' }), 'connect').catch((thrown: unknown) => [
      thrown,
    ])) as unknown[];
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });

    const otherName = cluster.url({ parameters });
    await expect(openThrough(host, otherName)).rejects.toMatchObject({ code: 'DATABASE_CERTIFICATE_REFUSED' });
    await host.close();
  });

  test('where nothing listens there, says from where it was looked for', async () => {
    const host = await connectSsh(sshd.options());
    await expect(openThrough(host, cluster.url({ port: await freePort() }))).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining('nothing listens on that port, as seen from test-host'),
    });
    await expect(openThrough(host, 'postgres://u@/d?host=/run/postgresql')).rejects.toMatchObject({
      code: 'DATABASE_URL_INVALID',
      message: expect.stringContaining('name 127.0.0.1 instead'),
    });
    await host.close();
  });

  test('where sshd forbids forwarding, says how to allow it', async () => {
    const strict = await startSshd({ config: ['AllowTcpForwarding no'] });
    const host = await connectSsh(strict.options());
    await expect(openThrough(host, cluster.url())).rejects.toMatchObject({
      code: 'FORWARDING_REFUSED',
      hint: expect.stringContaining('AllowTcpForwarding'),
    });
    await host.close();
    await strict.stop();
  });

  test('an SSH connection that breaks in the midst leaves the outcome unknown', async () => {
    const own = await startSshd();
    const host = await connectSsh(own.options());
    const database = await openThrough(host, cluster.url());
    const outcome = database.apply({ version: '20261127090000', name: 'first' }, 'select pg_sleep(60)');
    await database.rows('select 1');
    own.killConnections();
    expect(await outcome).toBe('unknown');
    await expect(database.exec('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    await database.close();
    await host.close();
    await own.stop();
  });
});
