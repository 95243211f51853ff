import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describeSsh, freePort, startSshd, type TestSshd } from '../testing';
import { connectSsh, forwardPort, type Host } from '.';

describeSsh('a port here that leads to a service that only the host sees', () => {
  let sshd: TestSshd;
  let host: Host;
  let service: Server;
  let port: number;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    sshd = await startSshd();
    host = await connectSsh(sshd.options());
    // Says back what it is told, and its last words when it has been told everything.
    service = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.pipe(socket, { end: false });
      socket.on('end', () => socket.end('. Bye'));
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    port = (service.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await host.close();
    await sshd.stop();
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => service.close(resolve));
  });

  const say = async (through: number, words: string): Promise<string> => {
    const socket = connect({ port: through, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(words);
    return text(socket);
  };

  test('carries several conversations at once, whole, and to their last word', async () => {
    const forwarded = await forwardPort(host, '127.0.0.1', port);
    const long = 'a'.repeat(3_000_000);
    const answers = await Promise.all(['first', 'second', long].map((words) => say(forwarded.port, words)));
    expect(answers.slice(0, 2)).toEqual(['first. Bye', 'second. Bye']);
    // A difference in a text of this length is not worth printing.
    expect(answers[2] === `${long}. Bye`).toBe(true);
    await forwarded.close();
  });

  test('is gone when it is closed, with the conversations through it', async () => {
    const forwarded = await forwardPort(host, '127.0.0.1', port);
    const socket = connect({ port: forwarded.port, host: '127.0.0.1' });
    socket.write('still there?');
    await once(socket, 'data');
    await Promise.all([once(socket, 'close'), forwarded.close()]);
    const [error] = await once(connect({ port: forwarded.port, host: '127.0.0.1' }), 'error').catch(
      (thrown: unknown) => [thrown],
    );
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a port on which nothing listens is told before anybody connects', async () => {
    await expect(forwardPort(host, '127.0.0.1', await freePort())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('forwarding that sshd forbids is told before anybody connects', async () => {
    const strict = await startSshd({ config: ['AllowTcpForwarding no'] });
    const closed = await connectSsh(strict.options());
    await expect(forwardPort(closed, '127.0.0.1', port)).rejects.toMatchObject({
      code: 'FORWARDING_REFUSED',
      hint: expect.stringContaining('AllowTcpForwarding'),
    });
    await closed.close();
    await strict.stop();
  });

  test('a conversation ends when the connection to the host does', async () => {
    const other = await connectSsh(sshd.options());
    const forwarded = await forwardPort(other, '127.0.0.1', port);
    const socket = connect({ port: forwarded.port, host: '127.0.0.1' });
    socket.on('error', () => undefined).write('still there?');
    await once(socket, 'data');
    await Promise.all([once(socket, 'close'), other.close()]);
    // Nobody is let in to wait for good.
    const late = connect({ port: forwarded.port, host: '127.0.0.1' }).on('error', () => undefined);
    await once(late, 'close');
    await forwarded.close();
  });
});
