import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a socket is looked for that is about to be there. */
const POLL_MS = 5;
/** A VMM opens its sockets within milliseconds of its start; on a busy machine it may take a second. */
const PATIENCE_MS = 20_000;

/**
 * Runs `use` with a path to a directory that fits into a socket's address, however long its own is: addresses end at 108 bytes
 * (unix(7)), and a directory that is open has a short name (proc(5), /proc/self/fd).
 */
const withShortPath = async <T>(directory: string, use: (short: string) => Promise<T>): Promise<T> => {
  const handle = await open(directory, 'r');
  try {
    return await use(`/proc/self/fd/${handle.fd}`);
  } finally {
    await handle.close();
  }
};

/** A connection to the socket `name` in a directory, once there is one; undefined where `alive` says that none will come, or none came. */
export const connectWhenThere = async (
  { directory, name }: { readonly directory: string; readonly name: string },
  alive: () => boolean,
): Promise<Socket | undefined> =>
  withShortPath(directory, async (short) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      // Asked before: one that ended in between may have listened.
      const last = !alive() || Date.now() > deadline;
      const socket = connect(`${short}/${name}`);
      try {
        await once(socket, 'connect');
        return socket;
      } catch {
        socket.destroy();
        if (last) return undefined;
        await sleep(POLL_MS);
      }
    }
  });

/** Runs `use` while it listens on the socket `name` in a directory; the socket's file is gone afterwards. */
export const whileListening = <T>(
  { directory, name }: { readonly directory: string; readonly name: string },
  use: (server: Server) => Promise<T>,
): Promise<T> =>
  withShortPath(directory, async (short) => {
    const server = createServer();
    server.listen(`${short}/${name}`);
    await once(server, 'listening');
    try {
      return await use(server);
    } finally {
      // Removes the file by the path it was made with, which is good for as long as the directory is open.
      await new Promise((closed) => server.close(closed));
    }
  });
