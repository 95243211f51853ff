import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Takes a name that only one process of the machine can have, and that the kernel frees when the process ends: an
 * abstract Unix socket (unix(7)), of which nothing is in the file system. Returns the holder, or undefined when
 * another process has the name.
 */
export function takeName(name: string): Promise<Server | undefined> {
  // Filled up to the kernel's full 108 bytes, because Node versions differ in how they end a shorter name.
  const digest = createHash('sha256').update(name).digest('hex');
  const address = `\0polydev-sandbox-${digest}`.padEnd(108, '-');
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}
