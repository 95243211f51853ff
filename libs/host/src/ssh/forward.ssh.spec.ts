import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeSsh, freePort, startSshd, type TestSshd } from '../../testing';
import { connectSsh, getThrough, type Host } from '..';

const get = async (host: Host, port: number): Promise<string> => {
  const connection = await host.connect('127.0.0.1', port);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/health', createConnection: () => connection }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve(body));
    })
      .on('error', reject)
      .end();
  });
};

describeSsh('a connection that the host opens', () => {
  let sshd: TestSshd;
  let host: Host;
  let service: Server;
  let port: number;
  beforeAll(async () => {
    sshd = await startSshd();
    host = await connectSsh(sshd.options());
    service = createServer((request_, response) => response.end(`answer to ${request_.url}`));
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    port = (service.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await host.close();
    await sshd.stop();
    await new Promise((resolve) => service.close(resolve));
  });

  test('carries HTTP, many times over', async () => {
    expect(await Promise.all([get(host, port), get(host, port), get(host, port)])).toEqual(
      Array.from({ length: 3 }, () => 'answer to /health'),
    );
  });

  test('a service that takes the question and never answers is given up in time, and the connection goes on', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/health`);
    await expect(getThrough(host, url, AbortSignal.timeout(300))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await host.exec(['echo', 'on'])).stdout).toBe('on\n');
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  test('tells a port on which nothing listens from a refusal of sshd', async () => {
    await expect(host.connect('127.0.0.1', await freePort())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('tells a name that the host does not know', async () => {
    await expect(host.connect('no-such-host.invalid', 80)).rejects.toMatchObject({
      message: expect.stringContaining('no-such-host.invalid:80 on test-host'),
    });
  });

  test('is refused with a code of its own where sshd forbids it', async () => {
    const strict = await startSshd({ config: ['AllowTcpForwarding no'] });
    const closed = await connectSsh(strict.options());

    await expect(closed.connect('127.0.0.1', port)).rejects.toMatchObject({
      code: 'FORWARDING_REFUSED',
      hint: expect.stringContaining('AllowTcpForwarding'),
    });
    await closed.close();
    await strict.stop();
  });
});
