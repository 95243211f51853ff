import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Host } from './host';

/** A port of this machine's loopback address, behind which a host opens connections to one place. */
export interface ForwardedPort {
  readonly port: number;
  /** Ends all connections through it. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a port here that leads to `address:port` as the host sees it, for programs that only know how to connect to a port. Connects
 * once right away, so that what stands in the way is told by its name: throws what {@link Host.connect} throws. A connection that the
 * host cannot open later is closed.
 */
export const forwardPort = async (
  host: Pick<Host, 'connect'>,
  address: string,
  port: number,
): Promise<ForwardedPort> => {
  const open: Duplex[] = [];
  const kept = <Stream extends Duplex>(stream: Stream): Stream => {
    open.push(stream.on('error', () => undefined));
    return stream;
  };
  let ready: Duplex | undefined = kept(await host.connect(address, port));
  const farEnd = async (): Promise<Duplex> => {
    const first = ready;
    ready = undefined;
    return first && !first.destroyed ? first : kept(await host.connect(address, port));
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    farEnd().then(
      (far) => join(kept(near), far),
      () => near.destroy(),
    );
  });
  return { port: await listen(server), close: () => close(server, open) };
};

/** What one end still has to say arrives before the other is closed. */
const join = (near: Socket, far: Duplex): void => {
  near.pipe(far).pipe(near);
  near.once('close', () => far.destroy());
  far.once('close', () => near.end());
};

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
};

const close = async (server: Server, open: readonly Duplex[]): Promise<void> => {
  const closed = new Promise((resolve) => server.close(resolve));
  open.forEach((stream) => stream.destroy());
  await closed;
};
