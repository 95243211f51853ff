import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { type Connection, Server, type ServerChannel, utils } from 'ssh2';

/** An SSH server that takes a password, which OpenSSH's cannot in a test: it checks the machine's own accounts. */
export interface PasswordServer {
  readonly port: number;
  /** `ecdsa-sha2-nistp256 AAAA…` */
  readonly hostKey: string;
  /** Connections that were ever made to it. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

/** Starts one on 127.0.0.1 that runs commands as this process's user, in `directory` as their HOME. */
export const startPasswordServer = async (password: string, directory: string): Promise<PasswordServer> => {
  // Not ed25519: ssh2 makes a malformed one now and then (see keys.ts).
  const key = utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const clients = new Set<Connection>();
  let connections = 0;
  const server = new Server({ hostKeys: [key.private] }, (client) => {
    connections += 1;
    clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => clients.delete(client));
    client.on('authentication', (context) => {
      if (context.method === 'password' && context.password === password) context.accept();
      else context.reject(['password']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptCommand, _reject, { command }) => serve(acceptCommand(), command, directory));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: key.public,
    connections: () => connections,
    stop: async () => {
      for (const client of clients) client.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const serve = (channel: ServerChannel, command: string, directory: string): void => {
  const child = spawn('/bin/sh', ['-c', command], { env: { PATH: process.env['PATH'], HOME: directory } });
  child.stdin.on('error', () => undefined);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.once('close', (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
};
