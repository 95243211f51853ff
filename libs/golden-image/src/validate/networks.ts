import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { VmNetworks } from './check-request';

/** A port of the loopback that nobody listens on. Somebody may before it is used: then the VM does not start. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
};

/** Forwards a port of the loopback to each VM. */
export const forwardedPorts: VmNetworks = {
  take: async () => ({ mode: 'forward', port: await freePort() }),
  giveBack: async () => undefined,
};
