import { createServer, type AddressInfo, type Server } from 'node:net';
import { takeName } from '../abstract-name';

/** Listens on the first of `ports` that is free on 127.0.0.1 (0 = any); returns the port. Throws when none is free. */
export async function listenOnFirst(server: Server, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    const taken = await new Promise<boolean>((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error));
      server.once('error', onError);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', onError);
        resolve(false);
      });
    });
    if (!taken) return (server.address() as AddressInfo).port;
  }
  throw new Error(`none of the ports ${ports.join(', ')} is free`);
}

function probe(port: number, address: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    // An address the machine does not have (no IPv6) is no obstacle; a port in use is.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? undefined : port));
    server.listen(port, address, () => {
      const bound = (server.address() as AddressInfo).port;
      server.close(() => resolve(bound));
    });
  });
}

/**
 * Reserves the first of `wanted` that is free on both loopback addresses, else any free port, until this process ends:
 * nobody listens on it now, and no other sandbox will choose it. The unit that will use it may not be deployed yet, so
 * a second sandbox could not tell from the port alone that it is spoken for.
 */
export async function reservePort(wanted: readonly number[]): Promise<number> {
  for (const candidate of [...wanted, 0, 0, 0, 0]) {
    const port = await probe(candidate, '127.0.0.1');
    if (port === undefined || (await probe(port, '::1')) === undefined) continue;
    if (await takeName(`port:${port}`)) return port;
  }
  throw new Error('no free port was found for a unit');
}
