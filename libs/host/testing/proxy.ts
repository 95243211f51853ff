import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire that can be cut. */
export interface CuttableProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  /** From now on nothing passes, in either direction, and nobody is told: like a pulled cable. */
  cut(): void;
  /** Closes everything. */
  stop(): Promise<void>;
}

/** Forwards TCP connections to a port of 127.0.0.1 until it is cut. */
export const startProxy = async (target: number): Promise<CuttableProxy> => {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => sockets.forEach((socket) => socket.unpipe().pause()),
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
