import { createServer } from 'node:net';
import type { Fault } from './fault';

/** The kernel's limit of an interface's name: IFNAMSIZ less the final NUL. */
const NAME = /^[^\s/]{1,15}$/;

/**
 * A tap can be open in one process at a time (TUNSETIFF: EBUSY). Here a name is held by a socket in the abstract
 * namespace of unix(7), which the kernel gives to one process and takes back when that ends. No interface is opened: no
 * packet goes through.
 */
export class Taps {
  private readonly held = new Set<string>();

  async take(name: string, fault: (reason: string) => Fault): Promise<void> {
    if (!NAME.test(name)) throw fault('Invalid interface name');
    if (this.held.has(name)) return;
    await new Promise<void>((resolve, reject) => {
      createServer()
        .once('error', () =>
          reject(
            fault(
              `Error while creating ifreq structure: Resource busy (os error 16). Invalid TUN/TAP Backend provided by ${name}.`,
            ),
          ),
        )
        .listen(`\0firecracker-stand-in/${name}`, resolve)
        .unref();
    });
    this.held.add(name);
  }
}
