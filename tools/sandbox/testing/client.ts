import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import type { SandboxValues } from '../src';

/** How a command ended on the other side. */
export interface Ended {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A client of a sandbox, logged in with its key unless `config` says otherwise. Rejects when it is not let in. */
export async function connectTo(values: SandboxValues, config: ConnectConfig = {}): Promise<Client> {
  const sock = connect({ host: '127.0.0.1', port: values.ssh_port, noDelay: true });
  const client = new Client();
  client.connect({ sock, username: values.user, privateKey: readFileSync(values.client_key), ...config });
  await once(client, 'ready');
  return client;
}

/** Opens a channel on which `command` runs. */
export const openCommand = (client: Client, command: string): Promise<ClientChannel> =>
  new Promise((resolve, reject) =>
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel))),
  );

/** Runs a command to its end. */
export async function run(client: Client, command: string, input: string | Buffer = ''): Promise<Ended> {
  const channel = await openCommand(client, command);
  const closed = once(channel, 'close') as Promise<[code: number | null, signal?: string]>;
  channel.on('error', () => undefined).end(input);
  const [stdout, stderr, [code, signal]] = await Promise.all([buffer(channel), text(channel.stderr), closed]);
  return { code: code ?? undefined, signal, stdout: stdout.toString(), stderr };
}

/** A connection that the sandbox opens for the client. */
export const forwardTo = (client: Client, host: string, port: number): Promise<ClientChannel> =>
  new Promise((resolve, reject) =>
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => (error ? reject(error) : resolve(channel))),
  );
