import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Argv } from '../host';

/**
 * Stands where rsync starts `ssh`: tells the deployer the command that rsync wants to run on the host, and carries
 * its bytes, over two descriptors that it inherits: 3 to the deployer, 4 from it. No connection is made and nothing
 * lies on the disk. It ends with descriptor 4, which is what rsync waits for. The background `cat` gets its input as
 * descriptor 5, because a shell gives background commands /dev/null.
 */
const BRIDGE = 'printf "%s\\0" "$#" "$@" >&3; exec 5<&0; cat <&5 >&3 & exec cat <&4';

/** The option that makes rsync use the bridge. rsync itself splits it at spaces outside quotes; no shell does. */
export const BRIDGE_OPTION = `--rsh=sh -c '${BRIDGE}'`;

/** Longest command that rsync has for us; a longer one is something else. */
const LONGEST = 65_536;

/**
 * Reads the command from what the bridge sends and leaves the bytes that follow in the stream. Undefined when the
 * stream ended before one was there. Throws when it is no `rsync --server`.
 */
export const readServerCommand = async (stream: Readable): Promise<Argv | undefined> => {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk) head = Buffer.concat([head, chunk]);
    const command = cutCommand(head);
    if (command) {
      stream.unshift(command.rest);
      return serverCommand(command.argv);
    }
    if (stream.readableEnded || stream.destroyed) return undefined;
    if (head.length > LONGEST) throw new Error('rsync announced no command.');
    if (!chunk) await Promise.race([once(stream, 'readable'), once(stream, 'close')]);
  }
};

/** `<count>\0<argument>\0…` and what follows; undefined while it is not all there. */
const cutCommand = (head: Buffer): { readonly argv: readonly string[]; readonly rest: Buffer } | undefined => {
  const fields: string[] = [];
  for (let from = 0; ;) {
    const end = head.indexOf(0, from);
    if (end < 0) return undefined;
    fields.push(head.toString('utf8', from, end));
    from = end + 1;
    if (fields.length === Number(fields[0]) + 1) return { argv: fields.slice(1), rest: head.subarray(from) };
  }
};

/** Only a receiving rsync is ever started on the host: a sending one would read files of the host's. */
const serverCommand = ([program, server, ...rest]: readonly string[]): Argv => {
  if (program !== 'rsync' || server !== '--server' || rest.includes('--sender')) {
    throw new Error(`Not a command of rsync's: ${JSON.stringify([program, server, ...rest])}`);
  }
  return [program, server, ...rest];
};
