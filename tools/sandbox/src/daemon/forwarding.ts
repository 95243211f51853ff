import { connect } from 'node:net';
import type { ServerChannel, TcpipRequestInfo } from 'ssh2';
import type { Say } from './log';

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost'];

/** A client's wish for a connection from the host to somewhere. */
export interface ForwardRequest {
  readonly accept: () => ServerChannel;
  readonly reject: () => void;
  readonly target: TcpipRequestInfo;
  readonly say: Say;
}

/**
 * Connects the client with a port of this machine's loopback; anything else is refused. ssh2 reports each refusal as
 * CONNECT_FAILED (RFC 4254, section 5.1); the sandbox's log says which of the two it was.
 */
export function forward({ accept, reject, target, say }: ForwardRequest): void {
  if (!LOOPBACK.includes(target.destIP)) {
    say(`ssh: refused to connect to ${target.destIP}:${target.destPort}: only 127.0.0.1 and localhost are reachable`);
    return reject();
  }
  const socket = connect({ host: target.destIP, port: target.destPort, noDelay: true });
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    socket.on('error', () => socket.destroy());
    const channel = accept();
    channel.on('close', () => socket.destroy());
    socket.on('close', () => channel.end());
    // The channel closes as a whole when the other side has no more to send: ssh2 cannot half-close without losing
    // what still waits for the client's window.
    socket.pipe(channel).pipe(socket);
  });
}
