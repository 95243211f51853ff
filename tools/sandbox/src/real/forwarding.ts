import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { joiningCgroup } from './spawning';
import { programPath } from './locations';
import { insideNetwork } from './network';

/** A port of this machine behind which a port of a host is. */
export interface Forward {
  readonly host: '127.0.0.1';
  readonly port: number;
}

/** Opens ports of this machine that lead into a session's network. */
export interface Forwarding {
  open(to: { readonly address: string; readonly port: number }): Promise<Forward>;
}

/**
 * Starts the process that stands in the session's network. It is handed listening sockets of the machine's own network
 * namespace (a socket stays where it was made) and connects from within. It ends with this process.
 */
export async function startForwarding(namespace: string, cgroup: string): Promise<Forwarding> {
  const argv = joiningCgroup(cgroup, insideNetwork(namespace, [process.execPath, programPath('forwarder.cjs')]));
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    cwd: '/',
    env: { PATH: process.env['PATH'] },
  });
  await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(20_000) }),
    once(child, 'exit').then(() => Promise.reject(new Error('the forwarder ended before it was ready'))),
  ]);
  // Neither it nor its channel keeps the process of a test or a command alive.
  child.unref();
  child.channel?.unref();
  return {
    open: async (to) => {
      const server = createServer({ allowHalfOpen: true });
      server.listen({ port: 0, host: '127.0.0.1' });
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      await new Promise<void>((resolve, reject) =>
        child.send(to, server, (error) => (error === null ? resolve() : reject(error))),
      );
      server.close();
      return { host: '127.0.0.1', port };
    },
  };
}
